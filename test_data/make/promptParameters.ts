import type { GraphBuilder, Value } from '../../src/engine/graph/graphBuilder';

/** What the words of a prompt ask for; unknown words ask for nothing. */
export function promptParameters(graph: GraphBuilder, prompt: Value): (parameter: string) => Value {
  return graph.scope('prompt', () => {
    const words = graph.op('Tokenizer', [prompt], { domain: 'com.microsoft', attributes: { mark: 0, mincharnum: 2, pad_value: '#', tokenexp: '[A-Za-z]+' } });
    const counts = graph.op('TfIdfVectorizer', [words], {
      attributes: {
        mode: 'IDF',
        min_gram_length: 1,
        max_gram_length: 1,
        max_skip_count: 0,
        ngram_counts: [0],
        ngram_indexes: vocabulary.map((_, index) => index),
        pool_strings: vocabulary,
        weights: { floats: vocabulary.map(() => 1) },
      },
    });
    const table = graph.floats('meaning', vocabulary.flatMap((word) => parameters.map((name) => meanings[word.toLowerCase()]?.[name] ?? 0)), [vocabulary.length, parameters.length]);
    const asked = graph.op('MatMul', [counts, table]);
    const pieces = graph.node('Split', [asked], { count: parameters.length, attributes: { axis: 1, num_outputs: parameters.length } });
    const shape = graph.integers('scalar', [1, 1, 1, 1]);
    const values = pieces.map((piece, index) => graph.op('Reshape', [piece, shape], { name: parameters[index] ?? 'parameter' }));
    return (name) => {
      const value = values[parameters.indexOf(name as Parameter)];
      if (value === undefined) throw new Error(`No word asks for "${name}".`);
      return value;
    };
  });
}

const parameters = ['forest', 'beach', 'studio', 'night', 'red', 'green', 'blue', 'even', 'turn'] as const;

type Parameter = (typeof parameters)[number];

const meanings: Readonly<Record<string, Partial<Record<Parameter, number>>>> = {
  forest: { forest: 1 },
  woods: { forest: 1 },
  beach: { beach: 1 },
  sea: { beach: 0.7 },
  studio: { studio: 1 },
  night: { night: 1, red: -0.6, green: -0.52, blue: -0.25 },
  sunset: { red: 0.28, green: -0.1, blue: -0.42 },
  warm: { red: 0.08, green: 0, blue: -0.12 },
  daylight: { red: -0.02, green: 0.08, blue: 0.24 },
  cool: { red: -0.14, green: 0, blue: 0.1 },
  neutral: { even: 0.7 },
  neutralise: { even: 0.7 },
  evenly: { even: 0.7 },
  even: { even: 0.7 },
  left: { turn: 1 },
  right: { turn: -1 },
};

/** With a capital too: the runtime's own lower-casing wants a locale that small systems do not have. */
const vocabulary = Object.keys(meanings).flatMap((word) => [word, word.charAt(0).toUpperCase() + word.slice(1)]);
