// The games of the welfare lottery that may decide a draw, and what a result of each looks like. docs/DRAW.md, "Randomness".
//
// That numbers have fallen does not show in them: only whether they could have.

/** Of each game the groups of a result: `[how many different numbers, from, to]`. */
const GAMES = new Map([
  ['union_lotto', [[6, 1, 33], [1, 1, 16]]],
  ['seven_lotto', [[7, 1, 30], [1, 1, 30]]],
  ['happy_8', [[20, 1, 80]]],
]);

/** Whether a game has so many results that they cannot all be tried. */
export const isGame = (game) => GAMES.has(game);

/** Whether numbers have the form of a result of the game. */
export function mayFall(game, numbers) {
  const groups = GAMES.get(game);
  if (!groups || !Array.isArray(numbers) || numbers.length !== groups.length) return false;
  return groups.every(([count, from, to], at) => {
    const group = numbers[at];
    const within = (number) => Number.isInteger(number) && number >= from && number <= to;
    return Array.isArray(group) && group.length === count && new Set(group).size === count && group.every(within);
  });
}
