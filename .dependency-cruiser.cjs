/** Who may import whom: the rooms of ARCHITECTURE.md. */
module.exports = {
  forbidden: [
    {
      name: 'core-knows-nothing-above-it',
      severity: 'error',
      from: { path: '^src/core/' },
      to: { path: '^src/(engine|extension|webviews|cli)/|^node_modules/(@types/)?vscode/|^vscode$' },
    },
    {
      name: 'engine-keeps-to-itself',
      comment: 'The child process imports only itself and types of core/evaluation and core/outcome. What a LoRA is and is for is told by one table, here and on the Hub.',
      severity: 'error',
      from: { path: '^src/engine/' },
      to: { path: '^src/(?!engine/|core/evaluation/|core/outcome|core/actions/action|core/hub/lora(Family|Keys))' },
    },
    {
      name: 'webviews-know-only-messages',
      severity: 'error',
      from: { path: '^src/webviews/' },
      to: { path: '^src/(?!webviews/)' },
    },
    {
      name: 'only-the-extension-knows-the-editor',
      severity: 'error',
      from: { path: '^src/(?!extension/)' },
      to: { path: '^vscode$|^node_modules/@types/vscode/' },
    },
    {
      name: 'the-cli-needs-no-editor',
      severity: 'error',
      from: { path: '^src/cli/' },
      to: { path: '^src/(extension|webviews)/' },
    },
    {
      name: 'the-extension-does-not-use-the-cli',
      severity: 'error',
      from: { path: '^src/extension/' },
      to: { path: '^src/cli/' },
    },
    {
      name: 'toolkit-in-one-file',
      comment: 'The toolkit is archived upstream; one file wraps it, so that it can be replaced in an hour.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/webviews/ui/toolkit\\.ts$' },
      to: { path: '@vscode/webview-ui-toolkit' },
    },
    {
      name: 'runtime-in-one-file',
      comment: 'Which runtime is loaded, the bundled one or the copy with CUDA beside it, is decided in one file.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/engine/runtime\\.ts$' },
      to: { path: 'node_modules/onnxruntime-node', dependencyTypesNot: ['type-only'] },
    },
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { extensions: ['.ts', '.js', '.json'], exportsFields: ['exports'], conditionNames: ['import', 'require', 'types'] },
  },
};
