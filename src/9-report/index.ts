/** Phase 9: results to pages, tables and machine-readable files. */
export { renderHtml } from './html/html.js';
export { renderJson } from './json.js';
export { renderJunit } from './junit.js';
export { renderTable } from './table.js';
export type {
  CompareReport,
  CompareRow,
  JunitCase,
  JunitSuite,
  LayerFigures,
  LayerWidths,
} from './types.js';
