// What a viewer downloads, gzip. A module counts as what a site's own bundler makes of it, the player left out.
// A change that needs more raises the number here and says in its message what the bytes buy.

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
  module('index', '67 kB'),
  module('videojs', '72 kB'),
  script('engine', '67 kB'),
  script('videojs', '72 kB'),
];
