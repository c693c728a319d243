/**
 * nextpnr's routers, and how to see that one goes round in circles: each does so with some seeds, and never ends
 * (https://github.com/YosysHQ/nextpnr/issues/179).
 */

/** In the order in which they are tried. */
export const ROUTERS = ['router2', 'router1'] as const;

/** Rounds of router2; those that come to an end take some 25. */
const MOST_ROUNDS = 300;
/** Lines of router1's table, one for every thousand arcs, in which every arc took the place of another. */
const MOST_IDLE = 100;

/** Watch one run: whether the router goes round in circles, by the lines of its log. */
export function watchRouting(): (line: string) => boolean {
  let idle = 0;
  return (line) => {
    const round = /^Info: +iter=(\d+) /.exec(line);
    if (round) return Number(round[1]) > MOST_ROUNDS;
    const laid = /^Info: +\d+ \| +\d+ +\d+ \| +\d+ +(\d+) \|/.exec(line);
    if (laid) idle = laid[1] === '0' ? idle + 1 : 0;
    return idle >= MOST_IDLE;
  };
}
