/**
 * The reason of a signal that stops a step only because its process ends: what goes on elsewhere is left alone, for the
 * next process to go on with.
 */
export const processEnds: unique symbol = Symbol('the process ends');
