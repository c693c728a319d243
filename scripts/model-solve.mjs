/** Scales of the resource model's terms: non-negative, by least squares of relative errors, robustly, module by module. */

/** LUTs that a unit is taken to have at least, when an error is set in relation to them. */
const LEAST_LUTS = 60;

/** Relative error beyond which a layer counts less. */
const ROBUST = 0.04;

/**
 * @param rows [{ parts, terms, flipFlops }]
 * @returns term -> [LUTs, sites] of one
 */
export function solveScales(rows, target) {
  const scales = {};
  const modules = [...new Set(rows.flatMap(({ parts }) => Object.keys(parts)))].sort();
  for (const module of modules)
    for (const [at, figure] of ['lut', 'sites'].entries()) {
      const equations = rows
        .filter(({ parts }) => module in parts)
        .map(({ parts, terms, flipFlops }) => {
          const own = Object.entries(terms).filter(([term]) => term.startsWith(`${module}.`));
          // a flip-flop takes a logic cell of an iCE40 where it shares no LUT's
          if (target === 'ice40' && figure === 'sites' && flipFlops[module])
            own.push([`${module}.flip_flops`, flipFlops[module]]);
          return {
            terms: new Map(own),
            found: parts[module][figure],
            weight: 1 / Math.max(LEAST_LUTS, totalOf(parts, figure)),
          };
        });
      for (const [term, scale] of robust(equations)) {
        scales[term] ??= [0, 0];
        scales[term][at] = Number(scale.toFixed(3));
      }
    }
  return scales;
}

/** A figure of the whole unit. */
export function totalOf(parts, figure) {
  return Object.values(parts).reduce((sum, part) => sum + part[figure], 0);
}

function robust(equations) {
  let scales = leastSquares(equations.map((each) => ({ ...each, trust: 1 })));
  for (let round = 0; round < 10; round++)
    scales = leastSquares(
      equations.map((each) => {
        const error = Math.abs(residual(each, scales)) * each.weight;
        return { ...each, trust: error > ROBUST ? ROBUST / error : 1 };
      }),
    );
  return scales;
}

function residual({ terms, found }, scales) {
  let left = found;
  for (const [term, amount] of terms) left -= scales.get(term) * amount;
  return left;
}

/** Coordinate descent. */
function leastSquares(equations) {
  const kinds = [...new Set(equations.flatMap(({ terms }) => [...terms.keys()]))].sort();
  const scales = new Map(kinds.map((kind) => [kind, 0]));
  const left = equations.map(({ found }) => found);
  const users = new Map(kinds.map((kind) => [kind, []]));
  equations.forEach(({ terms, weight, trust }, k) => {
    for (const [kind, amount] of terms) users.get(kind).push([k, amount, weight ** 2 * trust]);
  });
  for (let round = 0; round < 4000; round++) {
    let moved = 0;
    for (const kind of kinds) {
      let [above, below] = [0, 0];
      const old = scales.get(kind);
      for (const [k, amount, weight] of users.get(kind)) {
        above += weight * amount * (left[k] + old * amount);
        below += weight * amount * amount;
      }
      const scale = below > 0 ? Math.max(0, above / below) : 0;
      if (scale === old) continue;
      for (const [k, amount] of users.get(kind)) left[k] -= (scale - old) * amount;
      moved = Math.max(moved, Math.abs(scale - old));
      scales.set(kind, scale);
    }
    if (moved < 1e-7) break;
  }
  return scales;
}
