/** Prints trees in a short Lisp-like form, so that tests can say what they expect in one line. */
import type {
  Argument,
  Ast,
  ComprehensionClause,
  ExceptHandler,
  Expr,
  FStringField,
  MatchCase,
  Param,
  Pattern,
  Stmt,
  TypeParam,
} from '../../../src/engine/syntax/index.js';

function list(head: string, ...parts: (string | null | undefined | false)[]): string {
  return `(${[head, ...parts.filter((part) => typeof part === 'string' && part !== '')].join(' ')})`;
}

function part(name: string, value: string | null): string | null {
  return value === null ? null : `${name}:${value}`;
}

function sequence(values: readonly string[]): string {
  return `[${values.join(' ')}]`;
}

export function expression(node: Expr): string {
  switch (node.kind) {
    case 'Name':
      return node.id;
    case 'Constant':
      return node.value === null ? 'None' : node.value === 'Ellipsis' ? '...' : node.value ? 'True' : 'False';
    case 'Number':
      return `${node.value}${node.type === 'int' ? '' : node.type === 'float' ? 'f' : 'j'}`;
    case 'String':
      return `${node.bytes ? 'b' : ''}${JSON.stringify(node.value)}`;
    case 'FString':
      return list('f', ...formatted(node.parts));
    case 'Attribute':
      return `${expression(node.value)}.${node.attr}`;
    case 'Subscript':
      return list('index', expression(node.value), expression(node.index));
    case 'Slice':
      return list('slice', ...[node.lower, node.upper, node.step].map((bound) => (bound ? expression(bound) : '_')));
    case 'Call':
      return list('call', expression(node.func), ...node.args.map(argument));
    case 'Unary':
      return list(node.op, expression(node.operand));
    case 'Binary':
      return list(node.op, expression(node.left), expression(node.right));
    case 'BoolOp':
      return list(node.op, ...node.values.map(expression));
    case 'Compare':
      return list(
        'compare',
        ...node.operands.map((value, i) => `${expression(value)}${node.ops[i] ? ` ${node.ops[i]}` : ''}`),
      );
    case 'Conditional':
      return list('if', expression(node.test), expression(node.body), expression(node.orelse));
    case 'Lambda':
      return list('lambda', sequence(node.params.map(parameter)), expression(node.body));
    case 'Tuple':
      return list('tuple', ...node.elements.map(expression));
    case 'List':
      return list('list', ...node.elements.map(expression));
    case 'Set':
      return list('set', ...node.elements.map(expression));
    case 'Dict':
      return list(
        'dict',
        ...node.entries.map(({ key, value }) => `${key ? `${expression(key)}:` : '**'}${expression(value)}`),
      );
    case 'Comprehension': {
      const element = expression(node.element) + (node.valueElement ? `:${expression(node.valueElement)}` : '');
      return list(`${node.type}-comp`, element, ...node.clauses.map(clause));
    }
    case 'Starred':
      return list('*', expression(node.value));
    case 'Named':
      return list(':=', node.target.id, expression(node.value));
    case 'Await':
      return list('await', expression(node.value));
    case 'Yield':
      return list(node.from ? 'yield-from' : 'yield', node.value && expression(node.value));
    case 'InvalidExpr':
      return list('invalid', JSON.stringify(node.message));
  }
}

function formatted(parts: readonly (string | FStringField)[]): string[] {
  return parts.map((piece) => {
    if (typeof piece === 'string') return JSON.stringify(piece);
    const { value, conversion, format, debug } = piece;
    return `{${[
      expression(value),
      conversion && `!${conversion}`,
      debug !== null && `=${JSON.stringify(debug)}`,
      format && `:${sequence(formatted(format))}`,
    ]
      .filter((text) => typeof text === 'string')
      .join(' ')}}`;
  });
}

function argument(node: Argument): string {
  const stars = node.form === 'star' ? '*' : node.form === 'doubleStar' ? '**' : '';
  return `${node.name === null ? '' : `${node.name}=`}${stars}${expression(node.value)}`;
}

export function parameter(node: Param): string {
  const mark = { positionalOnly: '/', normal: '', keywordOnly: '!', star: '*', doubleStar: '**' }[node.form];
  const annotation = node.annotation ? `:${expression(node.annotation)}` : '';
  return `${mark}${node.name}${annotation}${node.default ? `=${expression(node.default)}` : ''}`;
}

function clause(node: ComprehensionClause): string {
  const conditions = node.conditions.map((condition) => `if ${expression(condition)}`);
  return list(node.isAsync ? 'async-for' : 'for', expression(node.target), expression(node.iter), ...conditions);
}

function typeParameters(params: readonly TypeParam[]): string | null {
  if (params.length === 0) return null;
  const marks = { type: '', tuple: '*', paramSpec: '**' };
  return `<${params.map((param) => `${marks[param.form]}${param.name}${param.bound ? `:${expression(param.bound)}` : ''}`).join(' ')}>`;
}

export function pattern(node: Pattern): string {
  switch (node.kind) {
    case 'ValuePattern':
      return expression(node.value);
    case 'SingletonPattern':
      return node.value === null ? 'None' : node.value ? 'True' : 'False';
    case 'CapturePattern':
      return node.pattern ? list('as', pattern(node.pattern), node.name ?? '_') : `?${node.name ?? '_'}`;
    case 'SequencePattern':
      return sequence(node.patterns.map(pattern));
    case 'StarPattern':
      return `*${node.name ?? '_'}`;
    case 'MappingPattern':
      return `{${[...node.entries.map((entry) => `${expression(entry.key)}:${pattern(entry.pattern)}`), ...(node.rest === null ? [] : [`**${node.rest}`])].join(' ')}}`;
    case 'ClassPattern':
      return list(
        'class',
        expression(node.cls),
        ...node.positional.map(pattern),
        ...node.keyword.map(({ name, pattern: inner }) => `${name}=${pattern(inner)}`),
      );
    case 'OrPattern':
      return list('|', ...node.patterns.map(pattern));
    case 'InvalidPattern':
      return '(invalid)';
  }
}

export function body(nodes: readonly Stmt[]): string {
  return nodes.map(statement).join(' ');
}

function block(name: string, nodes: readonly Stmt[]): string | null {
  return nodes.length === 0 ? null : list(name, body(nodes));
}

function handler(node: ExceptHandler): string {
  return list(
    node.isGroup ? 'except*' : 'except',
    node.type && expression(node.type),
    part('as', node.name),
    body(node.body),
  );
}

function matchCase(node: MatchCase): string {
  return list('case', pattern(node.pattern), node.guard && `if ${expression(node.guard)}`, body(node.body));
}

export function statement(node: Stmt): string {
  switch (node.kind) {
    case 'Expression':
      return expression(node.value);
    case 'Assign':
      return list('=', ...node.targets.map(expression), expression(node.value));
    case 'AnnAssign':
      return list(':', expression(node.target), expression(node.annotation), node.value && expression(node.value));
    case 'AugAssign':
      return list(`${node.op}=`, expression(node.target), expression(node.value));
    case 'Return':
      return list('return', node.value && expression(node.value));
    case 'Raise':
      return list(
        'raise',
        node.exception && expression(node.exception),
        part('from', node.cause && expression(node.cause)),
      );
    case 'Assert':
      return list('assert', expression(node.test), node.message && expression(node.message));
    case 'Delete':
      return list('del', ...node.targets.map(expression));
    case 'Pass':
    case 'Break':
    case 'Continue':
      return node.kind.toLowerCase();
    case 'Global':
    case 'Nonlocal':
      return list(node.kind.toLowerCase(), ...node.names);
    case 'Import':
      return list('import', ...node.names.map(({ name, asName }) => (asName ? `${name}:${asName}` : name)));
    case 'ImportFrom': {
      const names =
        node.names === '*' ? ['*'] : node.names.map(({ name, asName }) => (asName ? `${name}:${asName}` : name));
      return list('from', `${'.'.repeat(node.level)}${node.module}`, ...names);
    }
    case 'If':
      return list('if', expression(node.test), body(node.body), block('else', node.orelse));
    case 'For':
      return list(
        node.isAsync ? 'async-for' : 'for',
        expression(node.target),
        expression(node.iter),
        body(node.body),
        block('else', node.orelse),
      );
    case 'While':
      return list('while', expression(node.test), body(node.body), block('else', node.orelse));
    case 'Try':
      return list(
        'try',
        body(node.body),
        ...node.handlers.map(handler),
        block('else', node.orelse),
        block('finally', node.finalbody),
      );
    case 'With':
      return list(
        node.isAsync ? 'async-with' : 'with',
        ...node.items.map(({ context, target }) =>
          target ? `${expression(context)}:${expression(target)}` : expression(context),
        ),
        body(node.body),
      );
    case 'Match':
      return list('match', expression(node.subject), ...node.cases.map(matchCase));
    case 'FunctionDef':
      return list(
        node.isAsync ? 'async-def' : 'def',
        ...node.decorators.map((decorator) => `@${expression(decorator)}`),
        node.name,
        typeParameters(node.typeParams),
        sequence(node.params.map(parameter)),
        node.returns && `->${expression(node.returns)}`,
        body(node.body),
      );
    case 'ClassDef':
      return list(
        'class',
        ...node.decorators.map((decorator) => `@${expression(decorator)}`),
        node.name,
        typeParameters(node.typeParams),
        sequence(node.bases.map(argument)),
        body(node.body),
      );
    case 'TypeAlias':
      return list('type', node.name, typeParameters(node.typeParams), expression(node.value));
    case 'Invalid':
      return list('invalid', JSON.stringify(node.message));
  }
}

/** The whole file in one line. */
export function file(ast: Ast): string {
  return body(ast.body);
}
