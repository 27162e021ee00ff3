/** Who may call whom: core ← server, core ← web; server and web never know each other. */
module.exports = {
  forbidden: [
    {
      name: 'core-is-pure',
      comment: 'core/ imports itself and tiny pure libraries, never I/O, server or web',
      severity: 'error',
      from: { path: '^core/', pathNot: '(\\.test\\.ts$|/testing/)' },
      to: { pathNot: '^(core/|node_modules/@noble/hashes/)' },
    },
    {
      name: 'server-knows-no-web',
      severity: 'error',
      from: { path: '^server/' },
      to: { path: '^(web|simulator|tests|bench)/' },
    },
    {
      name: 'web-knows-no-server',
      severity: 'error',
      from: { path: '^web/' },
      to: { path: '^(server|simulator|tests|bench)/' },
    },
    {
      name: 'page-takes-only-types-of-the-worker',
      comment: 'the page talks to its workers through their APIs; compute.ts and sync.ts start them',
      severity: 'error',
      from: { path: '^web/(lib|routes)/', pathNot: '(^web/lib/state/(compute|sync)\\.ts|\\.test\\.ts)$' },
      to: { path: '^web/worker/(?!(sync-)?api\\.ts)' },
    },
    {
      name: 'simulator-stands-alone',
      comment:
        'the simulated exchange must not share the parsing that it exercises; the demo starts the server',
      severity: 'error',
      from: { path: '^simulator/', pathNot: '^simulator/demo' },
      to: { path: '^(server|web)/' },
    },
    {
      name: 'no-circles',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default'],
    },
  },
}
