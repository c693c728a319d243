/** The only user of Handlebars: templates name modules and parameters, and compute nothing. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Handlebars from 'handlebars';
import { packageFolder } from '../shared/package-folder.js';

const compiled = new Map<string, HandlebarsTemplateDelegate>();

/** Fill templates/<name>.hbs with data. */
export function renderTemplate(name: string, data: object): string {
  let template = compiled.get(name);
  if (!template) {
    const text = readFileSync(join(packageFolder, 'templates', `${name}.hbs`), 'utf8');
    template = Handlebars.compile(text, { noEscape: true, strict: false });
    compiled.set(name, template);
  }
  return template(data);
}
