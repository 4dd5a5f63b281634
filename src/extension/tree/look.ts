import { ThemeIcon, type TreeItem } from 'vscode';

/** What a person sees of a row, as one text: a row that looks the same need not be drawn again. */
export function lookOf({ label, description, contextValue, iconPath, checkboxState }: TreeItem): string {
  const icon = iconPath instanceof ThemeIcon ? `${iconPath.id} ${iconPath.color?.id ?? ''}` : '';
  const checked = typeof checkboxState === 'object' ? checkboxState.state : checkboxState;
  return [label, description, contextValue, icon, checked].join('\n');
}
