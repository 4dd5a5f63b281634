/** Everything that makes one drawn person: who they are, and how this picture catches them. */
export interface Person {
  /** For a reader: "Woman with an auburn bob and round glasses, seen from the front, by daylight". */
  readonly words: string;
  readonly skin: Tones;
  readonly blush: string;
  readonly lips: string;
  readonly iris: string;
  readonly hair: HairStyle;
  readonly hairTones: HairTones;
  readonly brows: { readonly color: string; readonly weight: number };
  readonly glasses?: { readonly shape: 'round' | 'square'; readonly color: string };
  readonly beard?: { readonly color: string; readonly shade: string };
  readonly moustache?: string;
  readonly freckles?: string;
  readonly mole?: string;
  readonly earrings?: { readonly shape: 'hoop' | 'stud'; readonly color: string };
  readonly clothes: Clothes;
  readonly room: Room;
  readonly expression: Expression;
  readonly pose: Pose;
  readonly light: Light;
}

/** Head turned about the vertical axis, -1 (to the viewer's left) to 1, and tilted in degrees. */
export interface Pose {
  readonly yaw: number;
  readonly tilt: number;
}

export interface Tones {
  readonly base: string;
  readonly shade: string;
  readonly line: string;
}

export interface HairTones extends Tones {
  readonly shine: string;
}

export type HairStyle = 'bob' | 'curls' | 'long' | 'swept' | 'cloud';

export type Expression = 'smile' | 'laugh' | 'calm' | 'amused' | 'surprise';

export interface Clothes {
  readonly kind: 'turtleneck' | 'overshirt' | 'jacket' | 'cardigan' | 'dungarees';
  readonly base: string;
  readonly shade: string;
  readonly trim: string;
  readonly under: string;
  readonly accent: string;
}

export interface Room {
  readonly wall: string;
  readonly low: string;
  readonly window: 'arch' | 'square' | 'wide' | 'round';
  readonly sky: string;
  readonly hills: string;
  readonly orb: string;
  readonly night?: boolean;
  /** In which half the window stands. */
  readonly side: 'left' | 'right';
  readonly things: readonly ('hanging' | 'monstera' | 'cactus' | 'shelf' | 'lamp' | 'frame' | 'garland')[];
}

export interface Light {
  /** Side of the face in shadow, and how deep. */
  readonly shadow: 'left' | 'right';
  readonly depth: number;
  /** Colour of the whole scene, laid over it softly. */
  readonly cast?: { readonly color: string; readonly opacity: number };
  readonly beam?: { readonly color: string; readonly opacity: number };
}
