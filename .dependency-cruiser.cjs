// Who may import whom (docs/architecture.md). Types count: an import type is a dependency too.

/** Folders of engine/src and the other folders each may import. `player` and the entries `index.ts`, `dash.ts` and `plugin.ts` come last. */
const LAYERS = {
  base: [],
  ports: ['base'],
  protocol: ['base', 'ports'],
  media: ['base', 'ports'],
  integrity: ['base', 'ports'],
  scheduler: ['base', 'media'],
  swarm: ['base', 'ports', 'media', 'protocol', 'integrity'],
  session: ['base', 'ports', 'protocol', 'media', 'integrity', 'scheduler', 'swarm'],
  adapters: ['base', 'ports', 'protocol'],
  player: ['base', 'media', 'ports', 'session'],
};
const CORE = '^engine/src/(base|ports|protocol|media|integrity|scheduler|swarm|session)/';
const TESTS = '(^|/)(test|e2e)/';
const BUCKETS = '(^|/)((utils?|helpers?|common)(/|\\.[cm]?[jt]s$)|types\\.ts$)';
const TRACKER_PACKAGES = Object.keys(require('./tracker/package.json').dependencies).join('|');

const forbid = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to });

const layerRules = Object.entries(LAYERS).map(([layer, allowed]) =>
  forbid(
    `engine-${layer}`,
    `${layer} imports ${allowed.length > 0 ? allowed.join(', ') : 'nothing'} and itself.`,
    { path: `^engine/src/${layer}/` },
    { path: '^engine/src/', pathNot: `^engine/src/(${[layer, ...allowed].join('|')})/` },
  ),
);

module.exports = {
  forbidden: [
    ...layerRules,
    forbid(
      'base-alone',
      'base imports no package.',
      { path: '^engine/src/base/' },
      { dependencyTypesNot: ['local', 'type-only'] },
    ),
    forbid(
      'ports-are-types',
      'ports/ holds interfaces: `import type` is all that there is.',
      { path: '^engine/src/', pathNot: '^engine/src/ports/' },
      { path: '^engine/src/ports/', dependencyTypesNot: ['type-only'] },
    ),
    forbid('core-without-node', 'The core takes I/O from ports/.', { path: CORE }, { dependencyTypes: ['core'] }),
    forbid(
      'one-platform',
      'Adapters of browser and Node meet in adapters/shared only.',
      { path: '^engine/src/adapters/(browser|node|shared)/' },
      { path: '^engine/src/adapters/(browser|node)/', pathNot: '^engine/src/adapters/$1/' },
    ),
    forbid(
      'engine-alone',
      'The engine knows nothing of players, tracker or examples.',
      { path: '^engine/src/' },
      { path: '^(plugins|overlay|tracker|simulator|benchmarks|examples|e2e|scripts)/' },
    ),
    forbid(
      'plugins-by-the-front-door',
      'A plugin imports engine/src/index, dash or plugin, its own files, and plugins/hlsjs where the player is built on hls.js.',
      { path: '^plugins/([^/]+)/', pathNot: TESTS },
      {
        path: '^(engine|plugins|overlay|tracker|simulator|benchmarks|examples|e2e|scripts)/',
        pathNot: '^(engine/src/(index|dash|plugin)\\.ts$|plugins/$1/|plugins/hlsjs/)',
      },
    ),
    forbid(
      'tracker-alone',
      'The tracker is a package of its own: its files, Node, and its dependencies.',
      { path: '^tracker/src/' },
      {
        pathNot: `^tracker/src/|^(tracker/)?node_modules/(@types/)?(${TRACKER_PACKAGES})/`,
        dependencyTypesNot: ['core'],
      },
    ),
    forbid(
      'simulator-without-platform',
      'The simulator brings its own ports.',
      { path: '^simulator/' },
      { path: '^engine/src/adapters/' },
    ),
    forbid(
      'no-tests-in-sources',
      'What is shipped does not need tests.',
      { path: '^(engine|tracker)/src/|^(plugins|examples)/', pathNot: TESTS },
      { path: TESTS },
    ),
    forbid('no-cycles', 'Whoever reads one file of a cycle must read all.', {}, { circular: true }),
    forbid(
      'no-orphans',
      'Nobody imports it: use it or delete it.',
      { orphan: true, path: '^(engine|plugins|tracker|examples/server)/', pathNot: '\\.d\\.ts$' },
      {},
    ),
    forbid(
      'no-buckets',
      'Code lives with what it serves, not in utils, helpers, common or types.',
      { path: BUCKETS },
      {},
    ),
    forbid(
      'no-buckets-used',
      'Code lives with what it serves, not in utils, helpers, common or types.',
      {},
      { path: BUCKETS, pathNot: 'node_modules' },
    ),
    forbid('resolvable', 'It must exist.', {}, { couldNotResolve: true }),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^((tracker/)?dist|build|\\.cache)/|/fixtures/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.base.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['types', 'import', 'node', 'default'] },
    moduleSystems: ['es6', 'cjs'],
  },
};
