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
  module('index', '47.9 kB'),
  module('videojs', '65.4 kB'),
  module('hlsjs', '51.4 kB'),
  module('clappr', '52.4 kB'),
  module('mediaelement', '52.5 kB'),
  module('flowplayer', '52.1 kB'),
  module('jwplayer', '55.4 kB'),
  module('shaka', '63.8 kB'),
  module('dashjs', '62.7 kB'),
  script('engine', '43.5 kB'),
  script('videojs', '59.2 kB'),
  script('hlsjs', '46.7 kB'),
  script('clappr', '47.8 kB'),
  script('mediaelement', '47.8 kB'),
  script('flowplayer', '47.5 kB'),
  script('jwplayer', '50.7 kB'),
  script('shaka', '58.1 kB'),
  script('dashjs', '57.1 kB'),
];
