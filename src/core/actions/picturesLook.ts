import { sourceFolder } from '../images/sourcePictures';
import { ok, type Result } from '../outcome';
import type { ActionContext, PicturesLook } from './action';
import { linkPlan } from './link';

/** What the picture panel is shown with: where the pictures belong, how many and how named, as the plan's own steps say. */
export async function picturesLook(context: Pick<ActionContext, 'plan' | 'paths' | 'evaluation'>, folder?: string): Promise<Result<PicturesLook>> {
  const links = [...linkPlan(context.plan).values()];
  const named = (action: string, argument: string): string | undefined => links.find((link) => link.action === action && link.arguments[argument] !== undefined)?.arguments[argument];
  const source = await sourceFolder(context, folder ?? named('pictures.import', 'folder'));
  if (!source.ok) return source;
  const count = Number.parseInt(named('pictures.select', 'count') ?? '', 10);
  const pattern = named('pictures.import', 'pattern');
  return ok({ kind: 'pictures', planPath: context.paths.plan, folder: source.value.name, ...(count > 0 ? { count } : {}), ...(pattern === undefined ? {} : { pattern }) });
}
