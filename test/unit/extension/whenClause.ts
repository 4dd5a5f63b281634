/** What is known of a place in the editor: context keys that are surely true or false there, and all others. */
export type Facts = (key: string) => boolean | undefined;

/** Whether a when clause may hold where the facts hold; what is not known is taken to be as it wants. */
export function mayHold(clause: string, facts: Facts): boolean {
  return either(tokens(clause), facts) !== false;
}

type Truth = boolean | undefined;

function either(rest: string[], facts: Facts): Truth {
  let truth = both(rest, facts);
  while (rest[0] === '||') {
    rest.shift();
    const other = both(rest, facts);
    truth = truth === true || other === true ? true : truth === undefined || other === undefined ? undefined : false;
  }
  return truth;
}

function both(rest: string[], facts: Facts): Truth {
  let truth = one(rest, facts);
  while (rest[0] === '&&') {
    rest.shift();
    const other = one(rest, facts);
    truth = truth === false || other === false ? false : truth === undefined || other === undefined ? undefined : true;
  }
  return truth;
}

function one(rest: string[], facts: Facts): Truth {
  const token = rest.shift() ?? 'true';
  if (token === '!') {
    const truth = one(rest, facts);
    return truth === undefined ? undefined : !truth;
  }
  if (token === '(') {
    const truth = either(rest, facts);
    rest.shift();
    return truth;
  }
  if (/^(==|!=|=~|<=|>=|<|>|in|not)$/.test(rest[0] ?? '')) {
    const operator = rest.shift();
    if (operator === 'not') rest.shift();
    const value = rest.shift()?.replace(/^'|'$/g, '');
    const known = facts(operator === '==' || operator === '!=' ? `${token} == ${value ?? ''}` : token);
    return operator === '!=' && known !== undefined ? !known : operator === '==' ? known : undefined;
  }
  return token === 'true' ? true : token === 'false' ? false : facts(token);
}

function tokens(clause: string): string[] {
  return clause.match(/&&|\|\||==|!=|=~|<=|>=|\/(?:[^/\\]|\\.)+\/\w*|'[^']*'|[!()<>]|[^\s&|!()=<>]+/g) ?? [];
}
