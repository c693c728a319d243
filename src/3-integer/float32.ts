/** The reference arithmetic of elementwise operations, under the name by which this phase knows it. */
export { direction, evaluateElementwise } from '../1-import/float32.js';
