/** Benches of the modules that store rows of an image. */
import type { Bench } from './bench.js';
import { type Element, imageBeats, randomImages, type Shape } from './images.js';

const ROWS = 3;
const IMAGES = 2;

/** Nearest neighbour by integer factors. */
export function upsampleBench(
  WIDTH: number,
  COLUMNS: number,
  FOLDS: number,
  FACTOR_H: number,
  FACTOR_W: number,
  BLOCK: number,
): Bench {
  const shape: Shape = { images: IMAGES, rows: ROWS, columns: COLUMNS, channels: FOLDS };
  const from = randomImages(shape, WIDTH, COLUMNS + 10 * FOLDS);
  const enlarged: Shape = { ...shape, rows: ROWS * FACTOR_H, columns: COLUMNS * FACTOR_W };
  const nearest: Element = (image, row, column, channel) =>
    from(image, Math.floor(row / FACTOR_H), Math.floor(column / FACTOR_W), channel);
  return {
    module: 'upsample',
    parameters: { WIDTH, COLUMNS, FOLDS, FACTOR_H, FACTOR_W, BLOCK },
    input: imageBeats(shape, from, 1, WIDTH),
    expected: imageBeats(enlarged, nearest, 1, WIDTH),
  };
}

/** DepthToSpace of ONNX, modes DCR and CRD, for NHWC. */
export function depthToSpaceBench(
  LANE_W: number,
  LANES: number,
  COLUMNS: number,
  FOLDS: number,
  BLOCK_SIZE: number,
  CRD: number,
  BLOCK: number,
): Bench {
  const b = BLOCK_SIZE;
  const channels = LANES * FOLDS; // of the output
  const shape: Shape = { images: IMAGES, rows: ROWS, columns: COLUMNS, channels: b * b * channels };
  const from = randomImages(shape, LANE_W, COLUMNS + 10 * FOLDS);
  const spread: Shape = { images: IMAGES, rows: ROWS * b, columns: COLUMNS * b, channels };
  const moved: Element = (image, row, column, channel) => {
    const [y, by] = [Math.floor(row / b), row % b];
    const [x, bx] = [Math.floor(column / b), column % b];
    const source = CRD === 1 ? channel * b * b + by * b + bx : (by * b + bx) * channels + channel;
    return from(image, y, x, source);
  };
  return {
    module: 'depth_to_space',
    parameters: { LANE_W, LANES, COLUMNS, FOLDS, BLOCK_SIZE, CRD, BLOCK },
    input: imageBeats(shape, from, LANES, LANE_W),
    expected: imageBeats(spread, moved, LANES, LANE_W),
  };
}
