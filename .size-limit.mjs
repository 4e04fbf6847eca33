// What a viewer downloads, gzip. A module counts as what a site's own bundler makes of it, the player left out.
// A change that needs more raises the number here and says in its message what the bytes buy.
// video.js plays DASH, and what reads DASH is 11.4 kB of its build: docs/decisions/006-dash-by-build.md.

const module = (name, limit) => ({ name: `${name} (module)`, path: `dist/${name}.js`, limit, gzip: true });
const script = (name, limit) => ({
  name: `${name} (script tag)`,
  path: `dist/global/${name}.js`,
  limit,
  gzip: true,
  // Already bundled and minified.
  disablePlugins: ['@size-limit/esbuild'],
});

export default [
  module('index', '80 kB'),
  module('videojs', '97 kB'),
  module('hlsjs', '83 kB'),
  script('engine', '80 kB'),
  script('videojs', '97 kB'),
  script('hlsjs', '83 kB'),
];
