/** Place and route of whole networks for iCE40. */
export { DEFAULT_PLACEMENT_DEVICE, PLACEMENT_DEVICES, type PlacementDevice } from './devices.js';
export {
  findNextpnr,
  NEXTPNR_PACKAGE,
  NEXTPNR_VARIABLE,
  NEXTPNR_VERSION,
  requireNextpnr,
} from './package.js';
export { placeAndRoute } from './place.js';
export type { Placement, PlacementJob } from './types.js';
