/** Styles are bundled beside the script; the import only tells the bundler so. */
declare module '*.css';
