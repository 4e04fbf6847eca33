import { readFileSync } from 'node:fs';
import path from 'node:path';
import { settingsMarkdown } from '../../src/config/config-texts';

describe('README.md', () => {
  test('[TRK-145] its table of settings is that of the code (npm run tracker:settings writes it)', () => {
    const readme = readFileSync(path.resolve(__dirname, '../../README.md'), 'utf8');
    expect(readme).toContain(`<!-- settings -->\n${settingsMarkdown()}<!-- /settings -->`);
  });
});
