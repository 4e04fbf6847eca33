// What a viewer downloads, gzip. A module counts as what a site's own bundler makes of it, the player left out.
// A change that needs more raises the number here and says in its message what the bytes buy.
// Each number is what was measured and 2 %; `npm run bench:size` shows the scripts minified and as brotli too. Scripts are
// smaller than modules because their names are shortened (docs/decisions/015-short-names.md). Of the engine, simple-peer is
// some 4 kB (docs/decisions/012-simple-peer-alone.md).
// video.js plays DASH, and what reads DASH is some 11 kB of its build: docs/decisions/006-dash-by-build.md.

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
  module('index', '46.7 kB'),
  module('videojs', '64.5 kB'),
  module('hlsjs', '50.2 kB'),
  module('clappr', '51 kB'),
  module('mediaelement', '51.2 kB'),
  module('flowplayer', '51 kB'),
  module('jwplayer', '54.4 kB'),
  module('shaka', '62.8 kB'),
  module('dashjs', '61.7 kB'),
  script('engine', '42.5 kB'),
  script('videojs', '58.2 kB'),
  script('hlsjs', '45.7 kB'),
  script('clappr', '46.4 kB'),
  script('mediaelement', '46.5 kB'),
  script('flowplayer', '46.3 kB'),
  script('jwplayer', '49.6 kB'),
  script('shaka', '57.1 kB'),
  script('dashjs', '56.1 kB'),
];
