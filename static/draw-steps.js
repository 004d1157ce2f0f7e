// What steps of checks of draws have in common beside their form, which is steps.js's.

/** The text that says what R was made of. */
export function randomnessText({ mode, contributors }) {
  if (mode === 'delay') return 'randomness-delay';
  return contributors.length ? 'randomness-pass' : 'randomness-alone';
}
