// Foreign text, made fit to be shown among one's own. For showing only: what is hashed, signed or compared is never changed.

// Control characters, characters without width, tags, and what turns the direction of what follows. Variation selectors stay, for
// characters of names have them.
const HIDING =
  /[\p{Cc}\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb\u{1bca0}-\u{1bca3}\u{1d173}-\u{1d17a}\u{e0000}-\u{e00ff}\u{e01f0}-\u{e0fff}]/u;
const BLANK = /\p{White_Space}/u;

/**
 * At most so many characters of a text, each written out as `\u{…}` that hides or moves others, and each blank after a blank, so
 * that nothing in it seems to begin a line of its own.
 */
export function shown(text, most = 300) {
  const all = [...text];
  let after = false;
  const parts = all.slice(0, most).map((character) => {
    const blank = BLANK.test(character);
    const plain = !HIDING.test(character) && !(blank && after);
    after = blank;
    return plain ? character : `\\u{${character.codePointAt(0).toString(16)}}`;
  });
  return parts.join('') + (all.length > most ? '…' : '');
}
