// What the modules of the draw come to in a browser, beside answers that others made. Evaluated in a page; `part` names what is
// looked at, `modules` where the modules are. Returns `{problems, said}`. Trees, tickets and cards are made here once more, with
// WebCrypto alone, so that nothing is compared with itself.
async (part, modules) => {
  const [draw, file, target] = await Promise.all(modules.map((name) => import(name)));
  const problems = [];
  const same = (what, got, want) => {
    const [a, b] = [JSON.stringify(got), JSON.stringify(want)];
    if (a !== b) problems.push(`${what}: ${a?.slice(0, 120)} instead of ${b?.slice(0, 120)}`);
  };
  const read = async (path) => (await fetch(`/test/${path}`)).text();
  const lines = async (path) => (await read(path)).trim().split('\n').map(JSON.parse);
  const ascii = (text) => new TextEncoder().encode(text);
  const digest = async (...parts) => {
    const whole = Uint8Array.from(parts.flatMap((part) => [...part]));
    return new Uint8Array(await crypto.subtle.digest('SHA-256', whole));
  };
  const hexOf = (bytes) => [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  const base64 = (bytes) => btoa(String.fromCharCode(...bytes));
  const H = async (text) => hexOf(await digest(ascii(text)));
  // The same numbers every time.
  let state = 1;
  const below = (end) => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return (state >>> 8) % end;
  };
  const texts = new Set([...document.querySelectorAll('template')].flatMap((one) => [...one.content.querySelectorAll('[data-text]')]).map((one) => one.dataset.text));
  const known = (steps) => {
    for (const { step, outcome, text } of steps)
      for (const name of [`step-${step}`, `outcome-${outcome}`, text]) if (!texts.has(`page-check-${name}`)) problems.push(`the page has no text ${name}`);
  };

  // RFC 9162, 2.1: the root and a path, over leaf hashes.
  const leafHashes = (all) => Promise.all(all.map((line) => digest(Uint8Array.of(0), ascii(line))));
  const half = (n) => 2 ** (Math.ceil(Math.log2(n)) - 1);
  const root = async (hashes) => {
    if (hashes.length === 0) return digest();
    if (hashes.length === 1) return hashes[0];
    const k = half(hashes.length);
    return digest(Uint8Array.of(1), await root(hashes.slice(0, k)), await root(hashes.slice(k)));
  };
  const path = async (at, hashes) => {
    if (hashes.length === 1) return [];
    const k = half(hashes.length);
    const [inner, outer, place] = at < k ? [hashes.slice(0, k), hashes.slice(k), at] : [hashes.slice(k), hashes.slice(0, k), at - k];
    return [...(await path(place, inner)), await root(outer)];
  };
  const member = async (all, hashes, index) =>
    index in all ? { line: all[index], index, path: (await path(index, hashes)).map(base64) } : null;

  /** The document about an id of a library of lines that are in order. */
  async function documentOf(all, id, { origin, key, form, rules, randomness, seed }) {
    // Whoever a rule sends, and the plan's own authority.
    const departments = [...new Set([key.split('/')[0], ...rules.flatMap((rule) => rule.departments)])];
    const hashes = await leafHashes(all);
    const index = all.findIndex((line) => line.split('|')[2] >= id);
    const at = index < 0 ? all.length : index;
    const there = all[at]?.split('|')[2] === id;
    const doc = {
      v: 1, origin, plan_key: key, id, plan_index: 7, draw_index: randomness ? 9 : null,
      library: { form, snapshot: 3, count: all.length, root: hexOf(await root(hashes)) },
      leaf: there ? await member(all, hashes, at) : null,
      rules, randomness, seed, operator: '610323-OP', departments,
    };
    if (!there) Object.assign(doc, { before: await member(all, hashes, at - 1), after: await member(all, hashes, at) });
    return doc;
  }

  /** The text with one bit changed, still seven bits a character. */
  const flip = (text, at, bit) => text.slice(0, at) + String.fromCharCode(text.charCodeAt(at) ^ (1 << bit)) + text.slice(at + 1);

  /** A document of a case of verify/examples/draw_cases.rs. */
  async function documentOfCase(one, id) {
    const tickets = (rule) => Promise.all(rule.drawn.map((drawn) => H(`ddraw/1|ticket|${one.seed}|${drawn}`)));
    const rules = await Promise.all(one.rules.map(async ({ drawn, ...rule }) => ({
      ...rule, drawn: drawn.length, last_ticket: (await tickets({ drawn })).sort().at(-1) ?? null,
    })));
    const contributors = one.contributors.map(({ contributor, secret }) => ({ id: contributor, secret }));
    const own = { drand: { round: 1000, signature: one.signature }, lottery: { game: one.game, numbers: one.numbers }, delay: { delay_log2: one.delay_log2 } };
    const randomness = { mode: one.mode, contributors, value: one.randomness, ...own[one.mode] };
    return documentOf(one.leaves, id, { origin: one.origin, key: one.plan_key, form: 'open', rules, randomness, seed: one.seed });
  }

  const check = (doc, key, id, opening = null) => {
    const result = target.checkTarget(doc, { key, id }, opening);
    known(result.steps);
    if (!texts.has(`page-check-${result.end.text}`)) problems.push(`the page has no text ${result.end.text}`);
    const failed = result.steps.some((step) => step.outcome === 'fail');
    if (failed !== (result.end.kind === 'fail')) problems.push(`a failed step and the end ${result.end.text}`);
    return result;
  };

  /** What of a file's text the browser checks: all but signatures, the chain of keys, and how it is written. */
  function checked(text) {
    const proof = (one) => {
      const [, extra, index, ...rest] = one.split('\n');
      const { entry, record, authority } = JSON.parse(atob(extra.slice('extra '.length)));
      const blank = rest.indexOf('');
      // Of the chain of keys, that it begins with entry 0 and its record: who the operator is, and of which region.
      const first = [authority[0].entry, authority[0].index, authority[0].path, authority[0].record];
      return [entry, record, first, index, rest.slice(0, blank), rest.slice(blank + 1, rest.indexOf('', blank + 1))];
    };
    try {
      const { v, plan, draw, snapshots, commits, reveals, earlier, opening = [], files } = JSON.parse(text);
      const proofs = [[plan, draw], snapshots, commits, reveals, earlier, [opening].flat()].map((all) => all.map(proof));
      return JSON.stringify([v, proofs, files]);
    } catch {
      return null;
    }
  }

  const failing = (text) => {
    const steps = [...file.recompute(text)];
    known(steps);
    const failed = steps.filter((step) => step.outcome === 'fail');
    if (failed.length > 1) problems.push(`${failed.length} steps fail`);
    if ((failed.length > 0) !== (file.conclusion(steps) === 'fail')) problems.push('the conclusion is not that of the steps');
    return failed[0]?.step ?? null;
  };

  const parts = {
    async hashes() {
      same('both hashes agree', await draw.agrees(), true);
      const bytes = crypto.getRandomValues(new Uint8Array(4500));
      let count = 0;
      for (const length of [...Array(400).keys(), 4095, 4096, 4097, 4500]) {
        const want = hexOf(await digest(bytes.slice(0, length)));
        const cut = below(length + 1);
        same(`${length} bytes`, draw.hex(draw.sha256(bytes.slice(0, length))), want);
        same(`${length} bytes in parts`, draw.hex(draw.sha256(bytes.slice(0, cut), bytes.slice(cut, length))), want);
        const text = [...bytes.slice(0, length)].map((byte) => String.fromCharCode(byte & 127)).join('');
        same(`${length} characters`, draw.H(text), await H(text));
        count += 3;
      }
      let refused = false;
      try {
        draw.H('é');
      } catch {
        refused = true;
      }
      same('what is not ASCII is refused', refused, true);
      return `${count} hashes`;
    },

    async vectors() {
      const all = JSON.parse(await read('draw.json'));
      const signature = (round) => all.drand_quicknet.rounds.find((one) => one.round === round).signature;
      for (const { round, signature: bytes, randomness } of all.drand_quicknet.rounds)
        same(`round ${round}`, draw.randomness({ planKey: 'A/2026/01', mode: 'drand', contributors: [], signature: bytes }), randomness);
      const pure = all.pure_drand;
      const R = draw.randomness({ planKey: pure.plan_key, mode: 'drand', contributors: [], signature: signature(pure.round) });
      same('seed', draw.seedOf(pure.origin, pure.plan_key, R), pure.seed);
      const tickets = Object.keys(pure.tickets).map((id) => ({ id, ticket: draw.ticket(pure.seed, id) }));
      for (const { id, ticket } of tickets) same(`ticket of ${id}`, ticket, pure.tickets[id]);
      const rule = { stratum: 's', departments: [], num: pure.k, den: tickets.length, minimum: 0 };
      const leaves = tickets.map(({ id }) => draw.parseLeaf(`ddraw/1|target|${id}|s||0`));
      same('drawn', draw.chooseOpen(pure.seed, leaves, [rule])[0].drawn.map((one) => one.id), pure.drawn);

      const secret = all.commit_reveal;
      const contributors = secret.contributors.map((id) => ({ id, secret: secret.r[id] }));
      const planKey = secret.plan_key;
      const first = contributors[0];
      same('commitment', draw.commitment(planKey, first.id, first.secret), secret[`C_${first.id}`]);
      same('R_cr', draw.joined(planKey, contributors), secret.R_cr);
      same('delay', draw.randomness({ planKey, mode: 'delay', contributors, delay_log2: secret.delay_log2 }), secret.R_delay);
      same('a longer delay', draw.randomness({ planKey, mode: 'delay', contributors, delay_log2: 17 }), null);
      const numbers = [[12, 5, 33, 18, 27, 21], [9]];
      same('numbers', draw.lotteryText(numbers), secret.R_mix_lottery.numbers);
      same('lottery', draw.randomness({ planKey, mode: 'lottery', contributors, numbers }), secret.R_mix_lottery.R);
      same('drand mixed', draw.randomness({ planKey, mode: 'drand', contributors, signature: signature(1000) }), secret.R_mix_drand_1000);
      same('rfc 3797', draw.lotteryText([[9319], [2, 5, 12, 8, 10], [9, 18, 26, 34, 41, 45]]), all.rfc3797_lottery_form.key);

      const { sealed } = all;
      same('c_class', draw.classCommitment(sealed.salt_c, sealed.class), sealed.c_class);
      same('c_ticket', draw.ticketCommitment(sealed.salt_t), sealed.c_ticket);
      const leaf = draw.parseLeaf(sealed.leaf);
      same('leaf hash', draw.hex(draw.leafHash(sealed.leaf)), sealed.leaf_hash);
      const opening = { id: sealed.ID, class: sealed.class, salt_c: sealed.salt_c, salt_t: sealed.salt_t };
      same('it opens', draw.opens(opening, leaf), true);
      for (const name of Object.keys(opening)) same(`another ${name}`, draw.opens({ ...opening, [name]: flip(opening[name], 0, 0) }, leaf), false);
      same('sealed ticket', draw.sealedTicket(sealed.seed, sealed.ID, sealed.salt_t), sealed.ticket);
      const tau = draw.threshold({ num: 1, den: 10 });
      same('tau', tau.toString(16).padStart(64, '0'), sealed.tau_num_1_den_10);
      const hex = (number) => number.toString(16).padStart(64, '0');
      same('below tau', [tau - 1n, tau, tau + 1n].map((one) => draw.below({ num: 1, den: 10 }, hex(one))), [true, false, false]);
      same('all below 2^256', draw.below({ num: 7, den: 7 }, 'f'.repeat(64)), true);

      for (const one of all.open_choice.cases) same('k', draw.count(one, one.n), one.k);
      const open = all.open_draw;
      const library = draw.parseLibrary('open', open.leaves.map((line) => `${line}\n`).join(''));
      same('root', library.root, open.root);
      const rules = open.rules.map((one) => ({ ...one, departments: one.D }));
      draw.chooseOpen(open.seed, library.leaves, rules).forEach(({ eligible, drawn }, at) => {
        same('n', eligible, open.rules[at].n);
        same('k', drawn.length, open.rules[at].k);
        same('drawn', drawn.map((one) => one.id).sort(), open.rules[at].drawn);
      });
      return `${Object.keys(all).length} vectors`;
    },

    // What has one spelling, and what is no library, no leaf, no gap.
    async grammar() {
      const hash = (digit) => digit.repeat(64);
      const good = [
        'ddraw/1|target|A|s||0', 'ddraw/1|target|A|s_1|A,B-1|closed', 'ddraw/1|officer|A|D|', 'ddraw/1|officer|A|D|a,b',
        `ddraw/1|starget|A|0|${hash('a')}|${hash('b')}`,
      ];
      const bad = [
        '', 'ddraw/1', 'ddraw/1|target|A|s|', 'ddraw/1|target|A|s||0|', 'ddraw/2|target|A|s||0', 'ddraw/1|Target|A|s||0',
        'ddraw/1|target|a|s||0', `ddraw/1|target|${'A'.repeat(33)}|s||0`, 'ddraw/1|target||s||0', 'ddraw/1|target|A|||0',
        'ddraw/1|target|A|s-1||0', 'ddraw/1|target|A|s|B,A|0', 'ddraw/1|target|A|s|A,A|0', 'ddraw/1|target|A|s|A,|0', 'ddraw/1|target|A|s|a|0',
        'ddraw/1|target|A|s||', 'ddraw/1|target|A|s||0\r', 'ddraw/1|target|Α|s||0', 'ddraw/1|officer|A||', 'ddraw/1|officer|A|D--E|',
        'ddraw/1|officer|A|D|b,a', 'ddraw/1|officer|A|D||', `ddraw/1|starget|A|0|${hash('A')}|${hash('b')}`, `ddraw/1|starget|A|0|${hash('a')}|${hash('b').slice(1)}`,
      ];
      for (const line of good) if (!draw.parseLeaf(line)) problems.push(`no leaf: ${line}`);
      for (const line of bad) if (draw.parseLeaf(line)) problems.push(`a leaf: ${line}`);
      const officer = (...ids) => ids.map((id) => `ddraw/1|officer|${id}|D|\n`).join('');
      const sealed = (id, a, b) => `ddraw/1|starget|${id}|0|${hash(a)}|${hash(b)}\n`;
      const faults = [
        ['officers', officer('A', 'B').trimEnd(), 'unended'], ['officers', officer('B', 'A'), 'order'], ['officers', officer('A', 'A'), 'order'],
        ['officers', 'ddraw/1|target|A|s||0\n', 'form'], ['officers', `${officer('A')}\n`, 'leaf'], ['officers', '\n', 'leaf'],
        ['sealed', sealed('A', 'a', 'b') + sealed('B', 'a', 'c'), 'repeated'], ['sealed', sealed('A', 'a', 'b') + sealed('B', 'c', 'b'), 'repeated'],
        ['sealed', sealed('A', 'a', 'a'), 'repeated'], ['sealed', sealed('A', 'a', 'b') + sealed('B', 'b', 'c'), 'repeated'],
      ];
      for (const [form, text, fault] of faults) same(JSON.stringify(text), draw.parseLibrary(form, text).fault, fault);
      const eighty = [...Array(20).keys()].map((at) => at + 61);
      const fallen = [
        ['union_lotto', [[33, 1, 2, 3, 4, 5], [16]], true], ['union_lotto', [[34, 1, 2, 3, 4, 5], [16]], false],
        ['union_lotto', [[1, 1, 2, 3, 4, 5], [16]], false], ['union_lotto', [[1, 2, 3, 4, 5], [16]], false],
        ['union_lotto', [[1, 2, 3, 4, 5, 6]], false], ['union_lotto', [[1, 2, 3, 4, 5, 6], [17]], false], ['union_lotto', [[0, 2, 3, 4, 5, 6], [1]], false],
        ['union_lotto', [[1.5, 2, 3, 4, 5, 6], [1]], false], ['union_lotto', [], false], ['union_lotto', null, false],
        ['seven_lotto', [[1, 2, 3, 4, 5, 6, 7], [8]], true], ['happy_8', [eighty], true], ['happy_8', [eighty.slice(1)], false],
        ['welfare_3d', [[0, 9, 8]], false], ['', [], false],
      ];
      for (const [game, numbers, fits] of fallen) same(`${game} ${numbers}`, draw.mayFall(game, numbers), fits);
      same('an empty library', draw.parseLibrary('open', ''), { leaves: [], root: await H('') });

      // Every gap that could be claimed, in a library of every size up to nine.
      const ids = ['B', 'D', 'F', 'H', 'J', 'L', 'N', 'P', 'R'];
      let gaps = 0;
      for (let size = 0; size <= ids.length; size++) {
        const all = ids.slice(0, size).map((id) => `ddraw/1|target|${id}|s||0`);
        const hashes = await leafHashes(all);
        const library = { form: 'open', count: size, root: hexOf(await root(hashes)) };
        const members = [null];
        for (const index of all.keys()) members.push({ line: all[index], index, path: await path(index, hashes) });
        for (const one of members.slice(1)) {
          same('a member', draw.member(one, library)?.id, ids[one.index]);
          const others = [{ ...one, index: one.index + 1 }, { ...one, index: -1 }, { ...one, path: one.path.slice(1) }, { ...one, path: [...one.path, hashes[0]] }];
          // Of one leaf, there is no path to shorten.
          for (const other of others) if (draw.member(other, library) && (size > 1 || other.path.length)) problems.push('a member at another place');
          if (draw.member(one, { ...library, form: 'sealed' })) problems.push('a member of another form');
        }
        for (const id of ['A', 'C', 'D', 'G', 'Q', 'S']) {
          const place = all.filter((line) => line.split('|')[2] < id).length;
          for (const before of members)
            for (const after of members) {
              const right = !ids.slice(0, size).includes(id) && (before ? before.index + 1 : 0) === place && (after ? after.index : size) === place;
              same(`${id} between ${before?.index} and ${after?.index} of ${size}`, draw.absent(id, before, after, library), right);
              gaps += 1;
            }
        }
      }
      return `${good.length + bad.length} leaves, ${faults.length} libraries, ${gaps} gaps`;
    },

    async cases() {
      const all = await lines('cases');
      let drawn = 0;
      for (const one of all) {
        const contributors = one.contributors.map(({ contributor, secret }) => ({ id: contributor, secret }));
        for (const { contributor, secret, commitment } of one.contributors)
          if (secret) same('commitment', draw.commitment(one.plan_key, contributor, secret), commitment);
        const value = draw.randomness({ ...one, planKey: one.plan_key, contributors });
        same('R', value, one.randomness);
        const seed = draw.seedOf(one.origin, one.plan_key, value);
        same('seed', seed, one.seed);
        const { leaves, root: found } = draw.parseLibrary('open', one.leaves.map((line) => `${line}\n`).join(''));
        same('root', found, one.root);
        draw.chooseOpen(seed, leaves, one.rules).forEach((choice, at) => {
          same('eligible', choice.eligible, one.rules[at].eligible);
          same('drawn', choice.drawn.map(({ id }) => id), one.rules[at].drawn);
          drawn += choice.drawn.length;
        });
      }
      if (all.length < 200 || drawn < 1000) problems.push('too little was compared');
      return `${all.length} draws, ${drawn} targets drawn`;
    },

    // Officers word by word, as docs/DRAW.md has it, with all that is possible tried.
    async officers() {
      let [compared, infeasible] = [0, 0];
      for (let turn = 0; turn < 3000; turn++) {
        const seed = await H(`seed ${turn}`);
        const officers = [...Array(3 + below(6)).keys()].map((at) => ({
          id: `P${at}`, department: ['D', 'E'][below(8) ? 0 : 1], qualifications: ['a', 'b', 'c'].filter(() => below(5) < 2),
        }));
        const kinds = [['D', null], ['D', 'a'], ['D', 'b'], ['D', 'c'], ['E', null]].filter(([of]) => below(of === 'D' ? 4 : 2));
        const seats = kinds.map(([department, qualification]) => ({ department, qualification, count: 1 + (below(4) ? 0 : 1) }));
        const visits = [...Array(1 + below(3)).keys()].map((at) => ({ id: `T${at}`, departments: new Set(below(5) ? ['D'] : ['D', 'E']) }));
        const barred = new Set([...Array(below(6))].map(() => `T${below(3)}|P${below(8)}`));
        const may = (officer, target, seat) =>
          officer.department === seat.department && (seat.qualification === null || officer.qualifications.includes(seat.qualification)) && !barred.has(`${target}|${officer.id}`);
        const able = (target, seat) => officers.filter((officer) => may(officer, target, seat)).length;
        const order = (one, other) => (one < other ? -1 : Number(one > other));
        const all = visits.flatMap(({ id, departments }) =>
          seats
            .filter((seat) => departments.has(seat.department))
            .sort((a, b) => able(id, a) - able(id, b) || order(a.department, b.department) || order(a.qualification ?? '', b.qualification ?? ''))
            .flatMap((seat) => [...Array(seat.count).keys()].map((at) => ({ target: id, seat, number: at + 1 }))),
        );
        // Whether the seats from one on can be filled, those before being given.
        const fill = (given, cap) => {
          if (given.length === all.length) return true;
          const { target, seat } = all[given.length];
          const free = (officer) =>
            may(officer, target, seat) && given.filter((one) => one === officer.id).length < cap && !given.some((one, at) => one === officer.id && all[at].target === target);
          return officers.some((officer) => free(officer) && fill([...given, officer.id], cap));
        };
        const cap = [...Array(visits.length + 1).keys()].find((cap) => fill([], cap));
        const found = draw.assign(seed, visits, seats, officers, barred);
        compared += 1;
        if (cap === undefined) {
          infeasible += 1;
          if (!found.infeasible) problems.push(`case ${turn} cannot be filled`);
          continue;
        }
        const given = [];
        for (const { target, seat } of all) {
          const ranked = [];
          for (const officer of officers) {
            const there = given.some((one, at) => one === officer.id && all[at].target === target);
            if (!may(officer, target, seat) || there) continue;
            ranked.push({ id: officer.id, load: given.filter((one) => one === officer.id).length, hash: await H(`ddraw/1|pair|${seed}|${target}|${officer.id}`) });
          }
          ranked.sort((a, b) => a.load - b.load || order(a.hash, b.hash));
          given.push(ranked.find(({ id, load }) => load < cap && fill([...given, id], cap)).id);
        }
        const want = all.map(({ target, seat, number }, at) => ({ target, department: seat.department, qualification: seat.qualification, number, officer: given[at] }));
        same(`case ${turn}`, found, { cap, seats: want });
      }
      if (compared - infeasible < 500) problems.push('too little was compared');
      return `${compared} draws of officers, ${infeasible} of them not to be filled`;
    },

    async files() {
      const all = await lines('files');
      for (const [at, one] of all.entries()) same(`file ${at}`, failing(one.file), one.fails);
      const forged = all.filter((one) => one.fails).length;
      const at = new Set(all.map((one) => one.fails));
      const steps = [...file.STEPS, 'opening'].filter((step) => !at.has(step));
      if (all.length < 60 || forged < 10 || steps.length) problems.push(`too little was compared: ${forged} forged, none at ${steps}`);
      return `${all.length} files of draws, ${forged} of them forged`;
    },

    async flips() {
      const all = (await lines('files')).filter((one) => one.fails === null);
      const opened = all.filter((one) => JSON.parse(one.file).opening).slice(0, 2);
      if (opened.length === 0) problems.push('no list is opened');
      all.splice(12, all.length, ...opened);
      let [seen, outside] = [0, 0];
      for (const { file: text } of all) {
        const before = checked(text);
        for (let turn = 0; turn < 60; turn++) {
          const at = below(text.length);
          const changed = flip(text, at, below(7));
          if (failing(changed)) seen += 1;
          else if (checked(changed) === before) outside += 1;
          else problems.push(`a changed bit at ${at} goes unnoticed: ${changed.slice(at - 30, at + 30)}`);
        }
        // And in everything that is checked.
        const value = JSON.parse(text);
        const changes = [];
        const proofs = [[value, 'plan'], [value, 'draw']];
        if (value.opening) proofs.push([value, 'opening']);
        for (const name of ['snapshots', 'commits', 'reveals', 'earlier']) value[name].forEach((_, at) => proofs.push([value[name], at]));
        for (const [holder, name] of proofs) {
          const rows = holder[name].split('\n');
          const extra = JSON.parse(atob(rows[1].slice(6)));
          const put = (change) => () => {
            const copy = structuredClone(extra);
            change(copy);
            return [rows[0], `extra ${btoa(JSON.stringify(copy))}`, ...rows.slice(2)].join('\n');
          };
          const body = JSON.stringify(extra.record.body);
          changes.push([holder, name, put((copy) => (copy.entry = flip(copy.entry, below(copy.entry.length), below(7))))]);
          changes.push([holder, name, put((copy) => (copy.record.salt = flip(copy.record.salt, below(64), 0)))]);
          changes.push([holder, name, put((copy) => (copy.record.body = { ...extra.record.body, x: body.length }))]);
          changes.push([holder, name, put((copy) => delete copy.record)]);
          const link = (change) => changes.push([holder, name, put((copy) => change(copy.authority[0], copy.authority))]);
          link((first) => (first.entry = flip(first.entry, below(first.entry.length), below(7))));
          link((first) => (first.record.salt = flip(first.record.salt, below(64), 0)));
          link((first) => (first.record.body.region = first.record.body.region === '000000' ? '610323' : '000000'));
          link((first) => delete first.record);
          link((first) => (first.index += 1));
          link((first) => first.path.push(first.path[0]));
          // Of the operator's own key there is nothing but entry 0.
          if (extra.authority.length > 1) link((first, all) => all.shift());
          link((first, all) => all.splice(0, all.length));
          extra.authority[0].path.forEach((hash, at) => link((first) => (first.path[at] = flip(hash, below(hash.length), below(7)))));
          changes.push([holder, name, () => [rows[0], `extra ${btoa(JSON.stringify(extra, null, 1))}`, ...rows.slice(2)].join('\n')]);
          for (const row of rows.keys()) {
            // The index, the path, and the checkpoint up to its signatures.
            if (row < 2 || rows[row] === '' || rows[row].startsWith('\u2014')) continue;
            changes.push([holder, name, () => rows.with(row, flip(rows[row], below(rows[row].length), 0)).join('\n')]);
          }
        }
        // Of all texts: none stands there for nothing.
        value.files.forEach((one, at) => {
          for (let turn = 0; turn < 4 && one; turn++) changes.push([value.files, at, () => flip(one, below(one.length), below(7))]);
        });
        for (const [holder, name, change] of changes) {
          const kept = holder[name];
          holder[name] = change();
          if (failing(JSON.stringify(value))) seen += 1;
          else problems.push(`a change of ${name} goes unnoticed: ${holder[name].slice(0, 80)}`);
          holder[name] = kept;
        }
        // Of a list that is not opened nothing is claimed.
        for (const name of Object.keys(value).filter((one) => one !== 'opening')) {
          const { [name]: _, ...rest } = value;
          if (!failing(JSON.stringify(rest))) problems.push(`${name} may be missing`);
        }
      }
      for (const text of ['', 'null', '[]', '{}', '{"v":1}', '"x"']) if (failing(text) !== 'entries') problems.push(`${text} is a file`);
      return `${seen} changed bits make a step fail; ${outside} are in signatures and keys, which are not checked here`;
    },

    async targets() {
      // A plan's delay has a step at least.
      const all = (await lines('cases')).filter((one) => one.mode !== 'delay' || one.delay_log2 > 0).slice(0, 70);
      const ends = {};
      let [flips, independents] = [0, 0];
      for (const one of all) {
        // As far as the document names those who have a part in the draw.
        const involved = [one.plan_key.split('/')[0], ...one.rules.flatMap((rule) => rule.departments)];
        const nobody = one.mode === 'delay' && one.contributors.every(({ contributor, secret }) => !secret || involved.includes(contributor));
        const ids = one.leaves.map((line) => line.split('|')[2]);
        const asked = [...Array(5)].map(() => ids[below(ids.length)] ?? '1').concat('0', '7ZZ', 'ZZ');
        for (const id of new Set(asked)) {
          const doc = await documentOfCase(one, id);
          const { steps, end } = check(doc, one.plan_key, id);
          ends[end.text] = (ends[end.text] ?? 0) + 1;
          const fields = one.leaves[ids.indexOf(id)]?.split('|');
          const covers = (rule) => fields[3] === rule.stratum && rule.departments.every((of) => fields[4].split(',').includes(of));
          const drawn = one.rules.some((rule) => rule.drawn.includes(id));
          const covered = fields && fields[5] === '0' && one.rules.some(covers);
          const want = !covered ? 'no' : nobody ? 'fail' : drawn ? 'yes' : 'no';
          same(`${id} of ${one.plan_key}`, [end.kind, steps.filter((step) => step.outcome === 'fail').map((step) => end.kind === want ? '' : JSON.stringify(step.values))], [want, want === 'fail' ? [''] : []]);
          if (!fields) same(`${id} is not there`, end.text, 'end-absent');
          else if (fields[5] !== '0') same(`${id} is excluded`, end.text, 'end-excluded');
          if (want === 'fail') continue;
          // Another's leaf, and figures that the rule does not come to.
          const wrong = [];
          const others = ids.filter((other) => other !== id);
          if (others.length) {
            const { leaf } = await documentOfCase(one, others[below(others.length)]);
            wrong.push(['leaf', { ...doc, leaf, before: null, after: null }]);
          }
          const changedRules = (change) => ({ ...doc, rules: doc.rules.map((rule) => (covers({ stratum: rule.stratum, departments: rule.departments }) ? { ...rule, ...change(rule) } : rule)) });
          if (covered) {
            wrong.push(['drawn', changedRules(({ drawn: k }) => ({ drawn: k + 1 }))]);
            wrong.push(['drawn', changedRules(({ drawn: k }) => ({ drawn: Math.max(0, k - 1) }))]);
            wrong.push(['eligible', changedRules(() => ({ eligible: 0, drawn: 0, last_ticket: null }))]);
            wrong.push(['last_ticket', changedRules(({ eligible }) => ({ minimum: eligible, drawn: eligible, last_ticket: '0'.repeat(64) }))]);
            wrong.push(['last_ticket', changedRules(({ last_ticket: last }) => ({ last_ticket: last === null ? 'f'.repeat(64) : null }))]);
          }
          const missing = (name) => (({ [name]: _, ...rest }) => rest)(doc);
          for (const name of ['operator', 'departments']) wrong.push([name, missing(name)]);
          wrong.push(['departments', { ...doc, departments: [] }]);
          const sent = one.rules.find((rule) => rule.departments.length)?.departments[0];
          if (sent) wrong.push(['departments', { ...doc, departments: doc.departments.filter((other) => other !== sent) }]);
          // Numbers that cannot have fallen, and somebody who would have a part in the draw: each is told as what it is.
          const told = [];
          const independent = one.contributors.filter(({ contributor, secret }) => secret && !involved.includes(contributor)).map((each) => each.contributor);
          if (covered && one.mode === 'delay') {
            told.push(['delay-nobody', { ...doc, departments: [...doc.departments, ...independent] }]);
            const [first, ...others] = independent;
            const kept = doc.departments.concat(others);
            told.push(['delay-nobody', { ...doc, operator: first, departments: kept }]);
            steps.filter((step) => step.step === 'independent').forEach((step) => same('who is independent', independent.includes(step.values.who), true));
            independents += 1;
          }
          if (covered && one.mode === 'lottery') {
            const [[first, ...rest], ...groups] = doc.randomness.numbers;
            for (const group of [rest, [first, first, ...rest.slice(1)], [99, ...rest], [0, ...rest]]) {
              told.push(['numbers-form', { ...doc, randomness: { ...doc.randomness, numbers: [group, ...groups] } }]);
            }
            wrong.push(['game', { ...doc, randomness: { ...doc.randomness, game: 'welfare_3d' } }]);
          }
          for (const [text, changed] of told) {
            const failed = check(changed, one.plan_key, id).steps.find((step) => step.outcome === 'fail');
            same(`${id} of ${one.plan_key}, forged`, failed?.text, text);
          }
          for (const [name, changed] of wrong) if (check(changed, one.plan_key, id).end.kind !== 'fail') problems.push(`${id}: another ${name} goes unnoticed`);
          // One bit of whatever hashes bind.
          const bound = ['origin', 'plan_key', 'id', 'library.root'];
          if (covered) bound.push('seed', 'randomness.value', 'leaf.line');
          for (const holder of ['leaf', 'before', 'after']) {
            if (!doc[holder]) continue;
            bound.push(`${holder}.line`);
            doc[holder].path.forEach((_, at) => bound.push(`${holder}.path.${at}`));
          }
          if (covered) {
            doc.randomness.contributors.forEach(({ secret }, at) => bound.push(...(secret ? [`randomness.contributors.${at}.secret`] : [])));
            if (one.mode === 'drand') bound.push('randomness.signature');
          }
          for (const name of bound) {
            // The origin is bound by the seed alone, and an empty library's root is not asked for where nobody is covered.
            if (name === 'origin' && !covered) continue;
            const changed = structuredClone(doc);
            const way = name.split('.');
            const last = way.pop();
            const holder = way.reduce((inner, step) => inner[step], changed);
            holder[last] = flip(holder[last], below(holder[last].length), below(7));
            flips += 1;
            if (check(changed, one.plan_key, id).end.kind !== 'fail') problems.push(`a changed bit of ${name} goes unnoticed`);
          }
        }
      }
      // Whatever a server sends, it is refused or answered, and nothing breaks.
      const one = all.find((each) => each.leaves.length > 3 && each.mode === 'drand');
      const id = one.leaves[1].split('|')[2];
      const doc = await documentOfCase(one, id);
      const mangle = (holder) => {
        for (const name of Object.keys(holder)) {
          const kept = holder[name];
          for (const bad of [null, undefined, 0, -1, 1.5, 1e300, '', 'x', '\u00e9', [], {}, [null], true]) {
            holder[name] = bad;
            check(structuredClone(doc), one.plan_key, id);
          }
          holder[name] = kept;
          if (kept !== null && typeof kept === 'object') mangle(kept);
        }
      };
      mangle(doc);
      for (const bad of [null, undefined, 1, 'x', [], {}]) same('no document', check(bad, one.plan_key, id).end.kind, 'fail');
      same('another plan', check(doc, 'A/2026/01', id).end.kind, 'fail');
      same('another id', check(doc, one.plan_key, 'X').end.kind, 'fail');
      const early = { ...doc, randomness: null, seed: null, draw_index: null };
      early.rules = doc.rules.map((rule) => ({ ...rule, eligible: null, drawn: null, last_ticket: null }));
      const leaf = draw.parseLeaf(doc.leaf.line);
      const waits = leaf.exclusion === null && doc.rules.some((rule) => draw.covers(rule, leaf));
      same('not drawn yet', check(early, one.plan_key, id).end.kind, waits ? 'wait' : 'no');
      const found = Object.entries(ends).map(([text, count]) => `${count} ${text}`);
      if (!['end-drawn', 'end-all', 'end-not', 'end-absent', 'end-excluded', 'end-no-rule'].every((text) => ends[text])) problems.push(`only ${found}`);
      if (independents < 10) problems.push('too few delays were tried');
      return `${found.join(', ')}; ${flips} changed bits noticed`;
    },

    // Sealed libraries and cards, and what the pages are then tried with.
    async sealed() {
      const origin = 'example.org/log';
      const key = '610323-SCJG/2026-03/07';
      const random = (size) => crypto.getRandomValues(new Uint8Array(size));
      const members = [];
      for (let number = 0; number < 9; number++) {
        const [salt_c, salt_t] = [hexOf(random(32)), hexOf(random(32))];
        const name = number === 8 ? 'B' : 'A';
        const id = `9161032${number}MA`;
        const [cClass, cTicket] = [await H(`ddraw/1|class|${salt_c}|${name}`), await H(`ddraw/1|tsalt|${salt_t}`)];
        members.push({ id, class: name, salt_c, salt_t, line: `ddraw/1|starget|${id}|${number === 7 ? 'closed' : '0'}|${cClass}|${cTicket}` });
      }
      const all = members.map((one) => one.line);
      const secret = hexOf(random(32));
      const contributors = [{ id: '610323-SFJ', secret }, { id: '610323-YJJ', secret: null }];
      let value = await digest(ascii(`ddraw/1|reveal|${key}|610323-SFJ:${secret}|610323-YJJ:-`));
      for (let step = 0; step < 16; step++) value = await digest(value);
      const R = hexOf(value);
      const seed = await H(`ddraw/1|seed|${origin}|${key}|${R}`);
      const randomness = { mode: 'delay', contributors, delay_log2: 4, checkpoints: [], value: R };
      const sealedRule = { stratum: 'A', departments: ['610323-SCJG'], num: 1, den: 2, minimum: 0, eligible: null, drawn: null, last_ticket: null };
      const docs = {};
      const cards = {};
      const tokens = {};
      const digits = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
      for (const one of members) {
        for (const minimum of [0, 2]) {
          const rules = [{ ...sealedRule, minimum }];
          const doc = await documentOf(all, one.id, { origin, key, form: 'sealed', rules, randomness, seed });
          const root = doc.library.root;
          const opening = { class: one.class, id: one.id, root, salt_c: one.salt_c, salt_t: one.salt_t };
          const ticket = await H(`ddraw/1|ticket|${seed}|${one.id}|${one.salt_t}`);
          const hit = ticket[0] < '8';
          const excluded = one.line.includes('|closed|');
          const want = excluded || one.class === 'B' ? 'no' : hit ? 'yes' : minimum ? 'wait' : 'no';
          same(`sealed ${one.id}`, check(doc, key, one.id, opening).end.kind, want);
          same(`without a card ${one.id}`, check(doc, key, one.id).end.kind, excluded ? 'no' : 'wait');
          for (const name of Object.keys(opening)) {
            const other = { ...opening, [name]: flip(opening[name], below(opening[name].length), 0) };
            same(`another ${name} on the card`, check(doc, key, one.id, other).end.kind, 'fail');
          }
          docs[one.id] = doc;
          if (minimum) continue;

          const token = random(16);
          // 26 digits of five bits, from the left, the last two bits zero.
          const bits = [...token].map((byte) => byte.toString(2).padStart(8, '0')).join('') + '00';
          const printed = bits.match(/.{5}/g).map((five) => digits[parseInt(five, 2)]).join('');
          const labelled = (label) => digest(ascii(`gongshi/${label}/v1\n`), token);
          const cardKey = await crypto.subtle.importKey('raw', await labelled('card-key'), 'AES-GCM', false, ['encrypt']);
          const plain = ascii(JSON.stringify(opening).padEnd(512, ' '));
          const data = new Uint8Array(await crypto.subtle.encrypt({ name: 'AES-GCM', iv: new Uint8Array(12) }, cardKey, plain));
          const id = hexOf(await labelled('card-id'));
          cards[id] = { root, data: base64(data) };
          tokens[one.id] = printed;
          for (const typed of [printed, printed.toLowerCase(), printed.replace(/(.{4})/g, '$1-'), ` ${printed.replace(/0/g, 'o').replace(/1/g, 'l')} `]) {
            const read = draw.parseToken(typed);
            same('the token', hexOf(read ?? []), hexOf(token));
          }
          same('the card', draw.cardId(draw.parseToken(printed)), id);
          same('what it opens', await draw.openCard(token, data), opening);
          for (let turn = 0; turn < 20; turn++) {
            const other = data.slice();
            other[below(other.length)] ^= 1 << below(8);
            same('changed data', await draw.openCard(token, other), null);
            const wrong = token.slice();
            wrong[below(16)] ^= 1 << below(8);
            same('another token', await draw.openCard(wrong, data), null);
          }
          for (const bad of ['', printed.slice(1), `${printed}0`, printed.replace(/^./, 'U'), `${printed.slice(0, 25)}Z`]) same('no token', draw.parseToken(bad), null);
        }
      }
      return { root: docs[members[0].id].library.root, docs, cards, tokens };
    },

    // A document of the large library, to try the pages and the clock with.
    async large() {
      const [{ file: text }] = await lines('large');
      const { files, draw: proof } = JSON.parse(text);
      const all = files[0].trim().split('\n');
      const { record } = JSON.parse(atob(proof.split('\n')[1].slice(6)));
      const drawn = JSON.parse(files[2]);
      const { random_value: value, seed, beacon_signature: signature, drawn_strata: [stratum] } = record.body;
      // Contributors' secrets are in the file as well; a beacon alone does for this.
      const origin = 'example.org/log';
      const key = '610323-SCJG/2026-03/07';
      const R = hexOf(await digest(Uint8Array.from(signature.match(/../g), (two) => parseInt(two, 16))));
      const own = await H(`ddraw/1|seed|${origin}|${key}|${R}`);
      const tickets = await Promise.all(all.map(async (line) => ({ id: line.split('|')[2], ticket: await H(`ddraw/1|ticket|${own}|${line.split('|')[2]}`) })));
      tickets.sort((a, b) => (a.ticket < b.ticket ? -1 : 1));
      const last = tickets[drawn.length - 1];
      const rules = [{ stratum: stratum.stratum, departments: stratum.rule_departments, num: 1, den: 1_000_000, minimum: drawn.length, eligible: all.length, drawn: drawn.length, last_ticket: last.ticket }];
      const given = { origin, key, form: 'open', rules, randomness: { mode: 'drand', contributors: [], round: 30_000_000, signature, value: R }, seed: own };
      const docs = {};
      for (const id of [last.id, tickets[drawn.length].id, '0']) docs[id] = await documentOf(all, id, given);
      same('drawn', check(docs[last.id], key, last.id).end.text, 'end-drawn');
      same('the next', check(docs[tickets[drawn.length].id], key, tickets[drawn.length].id).end.text, 'end-not');
      same('nobody', check(docs[0], key, '0').end.text, 'end-absent');
      same('the record of the file', [value, seed].every((hash) => /^[0-9a-f]{64}$/.test(hash)), true);
      return { drawn: last.id, next: tickets[drawn.length].id, docs };
    },
  };
  const said = await parts[part]();
  return { problems, said };
}
