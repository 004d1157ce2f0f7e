// Looks at the page it is evaluated in and returns what is wrong with it, as a list of strings. Changes nothing.
// Arguments: the language the page has to have, the width of the screen, what the ids of messages begin with.
(lang, width, families) => {
  const problems = [];
  const name = (node) => {
    const element = node.nodeType === Node.TEXT_NODE ? node.parentElement : node;
    const words = (element.textContent || '').trim().replace(/\s+/g, ' ').slice(0, 40);
    return `<${element.tagName.toLowerCase()}${element.className ? ` class="${element.className}"` : ''}> ${words}`;
  };
  const box = (element) => element.getBoundingClientRect();
  const shown = (element) => element.checkVisibility() && box(element).width > 1 && box(element).height > 1;

  // Language and form.
  if (document.documentElement.lang !== lang) problems.push(`lang is "${document.documentElement.lang}"`);
  if (document.compatMode !== 'CSS1Compat') problems.push('quirks mode');
  if (!document.title.trim()) problems.push('no title');
  const h1 = document.querySelectorAll('h1');
  if (h1.length !== 1) problems.push(`${h1.length} h1`);
  for (const heading of document.querySelectorAll('h1, h2, h3, h4'))
    if (!heading.textContent.trim()) problems.push('an empty heading');
  if (document.querySelectorAll('main').length !== 1) problems.push('not one main');
  for (const script of document.querySelectorAll('script'))
    if (script.type !== 'module' || !script.src.startsWith(`${location.origin}/static/`) || script.textContent.trim()) problems.push('a script');
  const seen = new Set();
  for (const element of document.querySelectorAll('[id]')) {
    if (seen.has(element.id)) problems.push(`two elements with the id ${element.id}`);
    seen.add(element.id);
  }
  for (const image of document.querySelectorAll('img')) {
    if (!image.hasAttribute('alt')) problems.push(`image without alt: ${image.src}`);
    if (!image.complete || image.naturalWidth === 0) problems.push(`image not loaded: ${image.src}`);
  }
  for (const field of document.querySelectorAll('input:not([type=hidden]), select, textarea')) {
    const labels = [...(field.labels || [])].map((label) => label.textContent.trim()).join('');
    if (!labels && !field.getAttribute('aria-label')) problems.push(`unlabelled: ${field.outerHTML.slice(0, 80)}`);
  }
  for (const link of document.querySelectorAll('a, button')) {
    const words = link.textContent.trim() || link.getAttribute('aria-label');
    if (!words) problems.push(`no words: ${link.outerHTML.slice(0, 80)}`);
    // WCAG 2.2, 2.5.8: 24 pixels each way, lines of text excepted.
    const inline = getComputedStyle(link).display === 'inline';
    if (!inline && shown(link) && box(link).height < 23.5) problems.push(`${box(link).height} pixels high: ${name(link)}`);
  }
  for (const element of document.querySelectorAll('[aria-labelledby], [aria-describedby]'))
    for (const id of `${element.getAttribute('aria-labelledby') || ''} ${element.getAttribute('aria-describedby') || ''}`.trim().split(/\s+/))
      if (!document.getElementById(id)) problems.push(`no element ${id} for ${name(element)}`);

  // Room.
  const wide = document.documentElement.scrollWidth;
  if (wide > width) problems.push(`the page is ${wide} pixels wide`);
  for (const element of document.querySelectorAll('body *')) {
    if (!shown(element) || element.closest('.skip, .hidden, thead, option, svg, .rows')) continue;
    const edges = box(element);
    if (edges.right > width + 0.5 || edges.left < -0.5) problems.push(`beyond the screen: ${name(element)}`);
    const style = getComputedStyle(element);
    if (style.display !== 'inline' && element.scrollWidth > element.clientWidth + 1 && !['SELECT', 'INPUT'].includes(element.tagName))
      problems.push(`wider than its box: ${name(element)}`);
  }

  // Words, and whether they can be read.
  const parse = (text) => {
    const parts = text.match(/[\d.]+/g).map(Number);
    return { r: parts[0], g: parts[1], b: parts[2], a: parts.length > 3 ? parts[3] : 1 };
  };
  const over = (top, below) => {
    const mix = (key) => top[key] * top.a + below[key] * (1 - top.a);
    return { r: mix('r'), g: mix('g'), b: mix('b'), a: 1 };
  };
  const ground = (element) => {
    const layers = [];
    for (let at = element; at; at = at.parentElement) {
      const colour = parse(getComputedStyle(at).backgroundColor);
      layers.push(colour);
      if (colour.a === 1) break;
    }
    return layers.reverse().reduce((below, top) => over(top, below), { r: 255, g: 255, b: 255, a: 1 });
  };
  const light = (colour) => {
    const [r, g, b] = [colour.r, colour.g, colour.b].map((value) => {
      const part = value / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const faint = new Set();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const words = node.textContent.trim();
    if (!words) continue;
    const element = node.parentElement;
    if (words.includes('{ $') || words.includes('{$')) problems.push(`a message without its arguments: ${words.slice(0, 60)}`);
    // A message that no catalogue has is shown as its id.
    for (const word of words.match(/\b[a-z_]+-[a-z0-9_-]+/g) || [])
      if (families.includes(word.split('-')[0]) && !element.closest('.mono, code')) problems.push(`a message's id: ${word}`);
    if (!shown(element) || element.closest('.hidden, option')) continue;
    const style = getComputedStyle(element);
    const size = parseFloat(style.fontSize);
    if (size < 12) problems.push(`letters of ${size} pixels: ${name(node)}`);
    const back = ground(element);
    const [high, low] = [light(over(parse(style.color), back)), light(back)].sort((a, b) => b - a);
    const contrast = (high + 0.05) / (low + 0.05);
    if (contrast < 4.5) faint.add(`contrast ${contrast.toFixed(2)}: ${name(node)}`);
  }
  return [...problems, ...faint];
}
