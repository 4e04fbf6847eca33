// Compares what each public entry exports with its report in etc/. `npm run api` updates the reports:
// the diff shows a reviewer every change of the public names and types.

import { mkdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { Extractor, ExtractorConfig } from '@microsoft/api-extractor';
import { publicEntries } from './public-entries.mjs';

const root = process.cwd();
const isUpdate = process.argv.includes('--update');
const none = { logLevel: 'none' };
mkdirSync('etc', { recursive: true });

const differing = [];
for (const { name, types } of publicEntries) {
  const config = ExtractorConfig.prepare({
    configObjectFullPath: undefined,
    packageJsonFullPath: resolve('package.json'),
    configObject: {
      projectFolder: root,
      mainEntryPointFilePath: resolve(types),
      compiler: {
        overrideTsconfig: {
          compilerOptions: {
            target: 'ES2022',
            module: 'ESNext',
            moduleResolution: 'bundler',
            lib: ['ES2022', 'DOM'],
            types: [],
            strict: true,
            skipLibCheck: true,
          },
          files: [resolve(types)],
        },
      },
      apiReport: {
        enabled: true,
        reportFileName: `${name}.api.md`,
        reportFolder: resolve('etc'),
        reportTempFolder: resolve('.cache/api'),
      },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
      newlineKind: 'lf',
      messages: {
        compilerMessageReporting: { default: { logLevel: 'error' } },
        extractorMessageReporting: {
          default: { logLevel: 'error' },
          // Every export is public; there are no release tags to keep.
          'ae-missing-release-tag': none,
          // typedoc sees links between the sources better.
          'ae-unresolved-link': none,
          // A plugin's types are exported by the engine's entry; typedoc sees that over all entries.
          'ae-forgotten-export': none,
          'ae-undocumented': none,
          // Bundling moves it away from the top.
          'ae-misplaced-package-tag': none,
        },
        // ESLint checks the comments where they are written.
        tsdocMessageReporting: { default: none },
      },
    },
  });
  const result = Extractor.invoke(config, {
    localBuild: isUpdate,
    messageCallback(message) {
      // The bundled compiler is a little older than ours, and the outcome is reported below.
      if (message.messageId.startsWith('console-')) message.handled = true;
    },
  });
  if (result.apiReportChanged && !isUpdate) differing.push(`etc/${name}.api.md`);
  if (result.errorCount > 0) process.exitCode = 1;
}

if (differing.length > 0) {
  console.error(
    `The public API is not what ${differing.join(', ')} says. If that is meant: npm run api, and commit the change.`,
  );
  process.exitCode = 1;
}
