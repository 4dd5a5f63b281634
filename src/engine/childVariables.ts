/** What the host tells the child process by its environment, because it has to hold before anything is loaded. */
export const childVariables = {
  /** A `node_modules` folder with the runtime to load instead of the bundled one. */
  modules: 'EVALMARK_RUNTIME_MODULES',
  /** Devices to try in turn for `auto`, separated by commas. */
  devices: 'EVALMARK_DEVICES',
  /** Why CUDA is not to be asked for, as words that follow "because": asking without its libraries can end the process. */
  noCuda: 'EVALMARK_NO_CUDA',
} as const;
