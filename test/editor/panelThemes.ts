/** Colours of the editor's own themes, as it gives them to panels. */
export const themes = {
  dark: {
    className: 'vscode-dark',
    variables:
      '--vscode-editor-background: #1f1f1f; ' +
      '--vscode-foreground: #cccccc; ' +
      '--vscode-descriptionForeground: #9d9d9d; ' +
      '--vscode-disabledForeground: #8a8a8a; ' +
      '--vscode-sideBar-background: #181818; ' +
      '--vscode-panel-border: #2b2b2b; ' +
      '--vscode-focusBorder: #0078d4; ' +
      '--vscode-icon-foreground: #cccccc; ' +
      '--vscode-button-background: #0078d4; ' +
      '--vscode-button-foreground: #ffffff; ' +
      '--vscode-button-hoverBackground: #026ec1; ' +
      '--vscode-button-secondaryBackground: #313131; ' +
      '--vscode-button-secondaryForeground: #cccccc; ' +
      '--vscode-button-secondaryHoverBackground: #3c3c3c; ' +
      '--vscode-badge-background: #616161; ' +
      '--vscode-badge-foreground: #f8f8f8; ' +
      '--vscode-input-background: #313131; ' +
      '--vscode-input-border: #3c3c3c; ' +
      '--vscode-input-placeholderForeground: #a0a0a0; ' +
      '--vscode-list-hoverBackground: #2a2d2e; ' +
      '--vscode-list-activeSelectionBackground: #04395e; ' +
      '--vscode-list-activeSelectionForeground: #ffffff; ' +
      '--vscode-inputOption-activeBackground: #2489db52; ' +
      '--vscode-inputOption-activeBorder: #2488db; ' +
      '--vscode-inputOption-activeForeground: #ffffff; ' +
      '--vscode-toolbar-hoverBackground: #5a5d5e50; ' +
      '--vscode-progressBar-background: #0078d4; ' +
      '--vscode-textLink-foreground: #4daafc; ' +
      '--vscode-keybindingLabel-background: #8080802b; ' +
      '--vscode-keybindingLabel-foreground: #cccccc; ' +
      '--vscode-keybindingLabel-border: #33333399; ' +
      '--vscode-keybindingLabel-bottomBorder: #44444499; ' +
      '--vscode-notifications-background: #1f1f1f; ' +
      '--vscode-notifications-border: #2b2b2b; ' +
      '--vscode-widget-shadow: #0000005c; ' +
      '--vscode-widget-border: #454545; ' +
      '--vscode-charts-red: #f14c4c; ' +
      '--vscode-charts-blue: #3794ff; ' +
      '--vscode-charts-yellow: #cca700; ' +
      '--vscode-charts-orange: #d18616; ' +
      '--vscode-charts-green: #89d185; ' +
      '--vscode-charts-purple: #b180d7; ' +
      '--vscode-charts-lines: #cccccc80; ' +
      '--vscode-editorWarning-foreground: #cca700; ' +
      '--vscode-inputValidation-warningBackground: #352a05; ' +
      '--vscode-inputValidation-warningBorder: #b89500; ' +
      'color-scheme: dark; ' +
      '--vscode-font-family: "Segoe WPC", "Segoe UI", Ubuntu, "Liberation Sans", system-ui, sans-serif; ' +
      '--vscode-editor-font-family: monospace; ',
  },
  light: {
    className: 'vscode-light',
    variables:
      '--vscode-editor-background: #ffffff; ' +
      '--vscode-foreground: #3b3b3b; ' +
      '--vscode-descriptionForeground: #5f5f5f; ' +
      '--vscode-disabledForeground: #6e6e6e; ' +
      '--vscode-sideBar-background: #f8f8f8; ' +
      '--vscode-panel-border: #e5e5e5; ' +
      '--vscode-focusBorder: #005fb8; ' +
      '--vscode-icon-foreground: #3b3b3b; ' +
      '--vscode-button-background: #005fb8; ' +
      '--vscode-button-foreground: #ffffff; ' +
      '--vscode-button-hoverBackground: #0258a8; ' +
      '--vscode-button-secondaryBackground: #e5e5e5; ' +
      '--vscode-button-secondaryForeground: #3b3b3b; ' +
      '--vscode-button-secondaryHoverBackground: #cccccc; ' +
      '--vscode-badge-background: #cccccc; ' +
      '--vscode-badge-foreground: #3b3b3b; ' +
      '--vscode-input-background: #ffffff; ' +
      '--vscode-input-border: #cecece; ' +
      '--vscode-input-placeholderForeground: #6e6e6e; ' +
      '--vscode-list-hoverBackground: #f2f2f2; ' +
      '--vscode-list-activeSelectionBackground: #e8e8e8; ' +
      '--vscode-list-activeSelectionForeground: #000000; ' +
      '--vscode-inputOption-activeBackground: #bed6ed; ' +
      '--vscode-inputOption-activeBorder: #005fb8; ' +
      '--vscode-inputOption-activeForeground: #000000; ' +
      '--vscode-toolbar-hoverBackground: #b8b8b850; ' +
      '--vscode-progressBar-background: #005fb8; ' +
      '--vscode-textLink-foreground: #005fb8; ' +
      '--vscode-keybindingLabel-background: #dddddd66; ' +
      '--vscode-keybindingLabel-foreground: #3b3b3b; ' +
      '--vscode-keybindingLabel-border: #cccccc; ' +
      '--vscode-keybindingLabel-bottomBorder: #bbbbbb; ' +
      '--vscode-notifications-background: #ffffff; ' +
      '--vscode-notifications-border: #e5e5e5; ' +
      '--vscode-widget-shadow: #00000029; ' +
      '--vscode-widget-border: #e5e5e5; ' +
      '--vscode-charts-red: #d8150a; ' +
      '--vscode-charts-blue: #0063d3; ' +
      '--vscode-charts-yellow: #bf8803; ' +
      '--vscode-charts-orange: #b86e00; ' +
      '--vscode-charts-green: #388a34; ' +
      '--vscode-charts-purple: #652d90; ' +
      '--vscode-charts-lines: #3b3b3b80; ' +
      '--vscode-editorWarning-foreground: #9a6700; ' +
      '--vscode-inputValidation-warningBackground: #f6f5d2; ' +
      '--vscode-inputValidation-warningBorder: #b89500; ' +
      'color-scheme: light; ' +
      '--vscode-font-family: "Segoe WPC", "Segoe UI", Ubuntu, "Liberation Sans", system-ui, sans-serif; ' +
      '--vscode-editor-font-family: monospace; ',
  },
  highContrast: {
    className: 'vscode-high-contrast',
    variables:
      '--vscode-editor-background: #000000; ' +
      '--vscode-foreground: #ffffff; ' +
      '--vscode-descriptionForeground: #d4d4d4; ' +
      '--vscode-disabledForeground: #a5a5a5; ' +
      '--vscode-sideBar-background: #000000; ' +
      '--vscode-panel-border: #6fc3df; ' +
      '--vscode-focusBorder: #f38518; ' +
      '--vscode-icon-foreground: #ffffff; ' +
      '--vscode-button-hoverBackground: #ffffff; ' +
      '--vscode-button-border: #6fc3df; ' +
      '--vscode-button-secondaryForeground: #ffffff; ' +
      '--vscode-button-secondaryHoverBackground: #000000; ' +
      '--vscode-badge-background: #000000; ' +
      '--vscode-badge-foreground: #ffffff; ' +
      '--vscode-input-background: #000000; ' +
      '--vscode-input-border: #6fc3df; ' +
      '--vscode-input-placeholderForeground: #d4d4d4; ' +
      '--vscode-list-activeSelectionBackground: #000000; ' +
      '--vscode-list-activeSelectionForeground: #ffffff; ' +
      '--vscode-inputOption-activeBackground: #000000; ' +
      '--vscode-inputOption-activeBorder: #f38518; ' +
      '--vscode-inputOption-activeForeground: #ffffff; ' +
      '--vscode-toolbar-hoverBackground: #000000; ' +
      '--vscode-textLink-foreground: #21a6ff; ' +
      '--vscode-keybindingLabel-background: #000000; ' +
      '--vscode-keybindingLabel-foreground: #ffffff; ' +
      '--vscode-keybindingLabel-border: #6fc3df; ' +
      '--vscode-keybindingLabel-bottomBorder: #6fc3df; ' +
      '--vscode-notifications-background: #000000; ' +
      '--vscode-notifications-border: #6fc3df; ' +
      '--vscode-widget-shadow: transparent; ' +
      '--vscode-widget-border: #6fc3df; ' +
      '--vscode-charts-red: #f48771; ' +
      '--vscode-charts-blue: #6fc3df; ' +
      '--vscode-charts-yellow: #ffd370; ' +
      '--vscode-charts-orange: #f38518; ' +
      '--vscode-charts-green: #89d185; ' +
      '--vscode-charts-purple: #d0a5f5; ' +
      '--vscode-charts-lines: #ffffff; ' +
      '--vscode-editorWarning-foreground: #ffd370; ' +
      '--vscode-inputValidation-warningBackground: #000000; ' +
      '--vscode-inputValidation-warningBorder: #ffd370; ' +
      '--vscode-contrastBorder: #6fc3df; ' +
      '--vscode-contrastActiveBorder: #f38518; ' +
      'color-scheme: dark; ' +
      '--vscode-font-family: "Segoe WPC", "Segoe UI", Ubuntu, "Liberation Sans", system-ui, sans-serif; ' +
      '--vscode-editor-font-family: monospace; ',
  },
} as const;

export type Theme = keyof typeof themes;
