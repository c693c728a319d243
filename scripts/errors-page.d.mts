import type { CatalogueEntry } from '../src/diagnostics/diagnostic.js';

export function errorsPage(entries: readonly CatalogueEntry[]): string;
export function errorModules(): string[];
