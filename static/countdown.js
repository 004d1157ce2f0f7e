// Counts down to the moment that a plan waits for: templates/parts/countdown.html.
//
// What the page says of it is only said more finely, every second, or every minute to who asked for less motion. Nothing is moved or
// faded, and a screen reader is told once, at the end. The log's clock counts, which in a demonstration is simulated: it is asked for
// when the page is shown, since a page may come from a cache, and goes on at the pace of every clock.

const UNITS = [['d', 86400], ['h', 3600], ['m', 60], ['s', 1]];

/** The time of the log in milliseconds; what the page was made with, where it does not answer. */
async function logTime({ clock, now }) {
  try {
    const answer = await fetch(clock, { cache: 'no-store', headers: { accept: 'application/json' } });
    const state = await answer.json();
    const shown = Date.parse(state.simulated_time ?? (answer.ok ? answer.headers.get('date') : null));
    if (!Number.isNaN(shown)) return shown;
  } catch {
    // Without an answer the page's own word has to do.
  }
  return Date.parse(now);
}

function mount(part) {
  const say = (name) => part.querySelector('template').content.querySelector(`[data-text="${name}"]`);
  const left = part.querySelector('[data-left]');
  const shown = left.querySelector('[role="timer"]');
  const over = part.querySelector('[role="status"]');
  const due = Date.parse(part.dataset.countdown);
  const numbers = new Intl.NumberFormat(document.documentElement.lang || 'zh-CN');
  const calm = matchMedia('(prefers-reduced-motion: reduce)');
  let [base, timer] = [null, 0];

  /** A length of time from its largest unit down. */
  function span(seconds) {
    const units = calm.matches ? UNITS.slice(0, -1) : UNITS;
    if (seconds < units.at(-1)[1]) return say('moment').textContent;
    const from = units.findIndex(([, size]) => seconds >= size);
    const parts = units.slice(from).map(([name, size], at) => {
      const n = Math.floor((at ? seconds % units[from + at - 1][1] : seconds) / size);
      return say(name).textContent.replace('[n]', numbers.format(n));
    });
    return parts.join(' ');
  }

  function tick() {
    const wait = due - (base + performance.now());
    if (wait <= 0) {
      left.remove();
      over.append(say('due').content.cloneNode(true));
      return;
    }
    const text = say('in').textContent.replace('[span]', span(Math.ceil(wait / 1000)));
    if (shown.textContent !== text) shown.textContent = text;
    timer = setTimeout(tick, wait % 1000 || 1000);
  }

  async function start() {
    if (document.hidden || !left.isConnected) return;
    const now = await logTime(part.dataset);
    clearTimeout(timer);
    if (!left.isConnected || Number.isNaN(now)) return;
    base = now - performance.now();
    tick();
  }
  // Clocks of pages that nobody looks at, or of machines at rest, stand still.
  document.addEventListener('visibilitychange', start);
  start();
}

document.querySelectorAll('[data-countdown]').forEach(mount);
