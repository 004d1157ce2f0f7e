// The steps of a check: what each of them came to, named so that the page can say it in the reader's language.
//
// A step is `{step, outcome, text, values}`: outcome `pass`, `fail` or `unchecked`; `text` names a text of the page, `values` are put
// into it, and `more`, where it is there, lists further sentences `{text, values}`. `unchecked` is what cannot be done here, and is
// never shown as if it held. Nothing is decided here.

/** What is wrong with an input: the name of a text of the page, and what is to be put into it. */
export class Fault extends Error {
  constructor(text, values = {}) {
    super(text);
    this.text = text;
    this.values = values;
  }
}

/** A step that holds. */
export const pass = (step, values = {}, text = `${step}-pass`) => ({ step, outcome: 'pass', text, values });

/** A step that was not taken here. */
export const unchecked = (step, values = {}, text = `${step}-unchecked`) => ({ step, outcome: 'unchecked', text, values });

/** A step that does not hold. */
export const failed = (step, text, values = {}) => ({ step, outcome: 'fail', text, values });
