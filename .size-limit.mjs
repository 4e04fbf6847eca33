// What a viewer downloads, gzip. A module counts as what a site's own bundler makes of it, the player left out.
// A change that needs more raises the number here and says in its message what the bytes buy.
// Each number is what was measured and 2 %; `npm run bench:size` shows the scripts minified and as brotli too. Of the
// engine, m3u8-parser is 6.6 kB and simple-peer 5.3 kB (docs/decisions/012-simple-peer-alone.md), @noble/hashes 2.3 kB.
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
  module('index', '56.4 kB'),
  module('videojs', '74 kB'),
  module('hlsjs', '60 kB'),
  module('clappr', '61 kB'),
  module('mediaelement', '61 kB'),
  module('flowplayer', '61 kB'),
  module('jwplayer', '65 kB'),
  module('shaka', '76 kB'),
  module('dashjs', '75 kB'),
  script('engine', '56.4 kB'),
  script('videojs', '73.5 kB'),
  script('hlsjs', '60 kB'),
  script('clappr', '61 kB'),
  script('mediaelement', '61 kB'),
  script('flowplayer', '61 kB'),
  script('jwplayer', '65 kB'),
  script('shaka', '76 kB'),
  script('dashjs', '75 kB'),
];
