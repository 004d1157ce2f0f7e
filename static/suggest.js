// Suggestions under a search box while it is typed in: templates/parts/suggest.html.
//
// A combobox with a list (ARIA 1.2). What is chosen is put into the box and nothing is sent: the reader does that. Without this script, or without an
// answer, the box is a plain form. What is typed in parts (pinyin on its way to characters) is not asked for before it is put together.

const WAIT = 150;

function mount(part) {
  const box = document.getElementById(part.dataset.suggest);
  const list = part.querySelector('[role="listbox"]');
  const told = part.querySelector('[role="status"]');
  let [timer, asking, active] = [0, null, -1];

  box.setAttribute('role', 'combobox');
  box.setAttribute('aria-autocomplete', 'list');
  box.setAttribute('aria-controls', list.id);
  box.setAttribute('aria-expanded', 'false');

  const options = () => [...list.children];

  function close() {
    active = -1;
    list.hidden = true;
    list.replaceChildren();
    box.setAttribute('aria-expanded', 'false');
    box.removeAttribute('aria-activedescendant');
    told.textContent = '';
  }

  function mark(at) {
    active = at;
    options().forEach((option, place) => option.setAttribute('aria-selected', String(place === at)));
    if (at < 0) box.removeAttribute('aria-activedescendant');
    else {
      box.setAttribute('aria-activedescendant', options()[at].id);
      options()[at].scrollIntoView({ block: 'nearest' });
    }
  }

  function choose(option) {
    box.value = option.dataset.text;
    close();
    box.focus();
  }

  function show(suggestions) {
    close();
    suggestions.forEach(({ text, note }, at) => {
      const option = document.createElement('li');
      option.id = `${list.id}-${at}`;
      option.setAttribute('role', 'option');
      option.setAttribute('aria-selected', 'false');
      option.dataset.text = text;
      const name = document.createElement('bdi');
      name.textContent = text;
      const small = document.createElement('span');
      small.className = 'note';
      small.textContent = note;
      option.append(name, ' ', small);
      list.append(option);
    });
    if (!suggestions.length) return;
    list.hidden = false;
    box.setAttribute('aria-expanded', 'true');
    told.textContent = part.dataset.told.replace('[n]', suggestions.length);
  }

  async function ask() {
    asking?.abort();
    const text = box.value.trim();
    if (!text) return close();
    const mine = new AbortController();
    asking = mine;
    try {
      const query = new URLSearchParams({ q: text });
      const answer = await fetch(`${part.dataset.at}?${query}`, { signal: mine.signal });
      const suggestions = answer.ok ? await answer.json() : [];
      // Who has gone on meanwhile gets no list of what was typed before.
      if (asking === mine && document.activeElement === box) {
        show(suggestions.filter((one) => one.text !== text));
      }
    } catch {
      // Without an answer the box is a plain form.
    }
  }

  box.addEventListener('input', (event) => {
    clearTimeout(timer);
    if (!event.isComposing) timer = setTimeout(ask, WAIT);
  });
  box.addEventListener('compositionend', () => {
    clearTimeout(timer);
    timer = setTimeout(ask, WAIT);
  });
  box.addEventListener('keydown', (event) => {
    const many = options().length;
    if (event.isComposing || !many) return;
    if (event.key === 'ArrowDown') mark(active + 1 < many ? active + 1 : -1);
    else if (event.key === 'ArrowUp') mark(active < 0 ? many - 1 : active - 1);
    else if (event.key === 'Enter' && active >= 0) choose(options()[active]);
    else if (event.key === 'Escape') close();
    else return;
    event.preventDefault();
  });
  // A press of the mouse must not take the focus from the box before the choice is made.
  list.addEventListener('pointerdown', (event) => event.preventDefault());
  list.addEventListener('click', (event) => {
    const option = event.target.closest('[role="option"]');
    if (option) choose(option);
  });
  box.addEventListener('blur', () => {
    clearTimeout(timer);
    asking?.abort();
    close();
  });
}

document.querySelectorAll('[data-suggest]').forEach(mount);
