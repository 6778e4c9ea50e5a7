// Bodies of POST /graphql against GitHub's official GraphQL schema, and the limits GitHub puts on every query.
import { headerProblems, isMissing, parseBody } from './github.mjs';
import { prepared, require } from './packages.mjs';

const {
    buildSchema, getNamedType, getOperationAST, getVariableValues, parse, validate,
} = require('graphql');

const kMaxPage = 100;
const kMaxNodes = 500000;

let schema;
const documents = new Map();

// A document's own problems depend on its text alone, and a run sends the same few over and over.
function analyse(text) {
    if (documents.has(text)) return documents.get(text);
    schema ??= buildSchema(prepared('github.graphql'), { assumeValid: true });
    const result = { problems: [], document: null };
    try {
        result.document = parse(text);
        result.problems = validate(schema, result.document).map((error) => `body/query: ${error.message}`);
    } catch (error) {
        result.problems = [`body/query: ${error.message}`];
    }
    documents.set(text, result);
    return result;
}

// GitHub refuses a connection without first or last, with more than 100 of either, and more than 500,000 nodes in all.
function pagingProblems(operation, document, variables) {
    const problems = [];
    const fragments = new Map(document.definitions.filter((d) => d.kind === 'FragmentDefinition').map((d) => [d.name.value, d]));
    const valueOf = (node) => (node.kind === 'Variable' ? variables[node.name.value] : Number(node.value));
    let total = 0;

    const pageSize = (field) => {
        const given = field.arguments
            .filter((argument) => ['first', 'last'].includes(argument.name.value))
            .map((argument) => ({ name: argument.name.value, value: valueOf(argument.value) }))
            .filter(({ value }) => value !== undefined && value !== null);
        if (given.length === 0) problems.push(`body/query: ${field.name.value}: needs first or last`);
        for (const { name, value } of given) {
            if (!(value >= 1 && value <= kMaxPage)) {
                problems.push(`body/query: ${field.name.value}: ${name} must be 1 to ${kMaxPage}, is ${value}`);
            }
        }
        return given[0]?.value ?? kMaxPage;
    };

    const walk = (selections, type, parents) => {
        for (const node of selections) {
            if (node.kind === 'FragmentSpread') {
                const fragment = fragments.get(node.name.value);
                walk(fragment.selectionSet.selections, schema.getType(fragment.typeCondition.name.value), parents);
            } else if (node.kind === 'InlineFragment') {
                const inner = node.typeCondition ? schema.getType(node.typeCondition.name.value) : type;
                walk(node.selectionSet.selections, inner, parents);
            } else if (!node.name.value.startsWith('__')) {
                const named = getNamedType(type.getFields()[node.name.value].type);
                let count = parents;
                if (named.name.endsWith('Connection')) {
                    count = parents * pageSize(node);
                    total += count;
                }
                if (node.selectionSet) walk(node.selectionSet.selections, named, count);
            }
        }
    };

    const root = operation.operation === 'mutation' ? schema.getMutationType() : schema.getQueryType();
    walk(operation.selectionSet.selections, root, 1);
    if (total > kMaxNodes) problems.push(`body/query: asks for up to ${total} nodes, GitHub allows ${kMaxNodes}`);
    return problems;
}

// -> { problems, values }: the variables as the server would see them, defaults filled in.
function checkVariables(operation, variables) {
    const definitions = operation.variableDefinitions ?? [];
    const declared = new Set(definitions.map((definition) => definition.variable.name.value));
    const problems = Object.keys(variables)
        .filter((name) => !declared.has(name))
        .map((name) => `body/variables/${name}: the query declares no such variable`);
    const { errors, coerced } = getVariableValues(schema, definitions, variables);
    problems.push(...(errors ?? []).map((error) => `body/variables: ${error.message}`));
    return { problems, values: coerced ?? variables };
}

function fieldNames(operation) {
    return operation.selectionSet.selections.map((s) => (s.kind === 'Field' ? s.name.value : `...${s.name?.value ?? ''}`)).join(',');
}

// -> { operation, problems }
export function checkGraphql(entry) {
    const problems = headerProblems(entry, { rest: false });
    if (entry.method !== 'POST') return { operation: 'graphql', problems: [...problems, `method: must be POST, is ${entry.method}`] };
    if (entry.query) problems.push(`query: '${entry.query}': the GraphQL endpoint takes none`);
    const body = parseBody(entry, problems);
    if (isMissing(body)) return { operation: 'graphql', problems: problems.length > 0 ? problems : ['body: is required'] };
    if (body === null || typeof body !== 'object' || typeof body.query !== 'string') {
        return { operation: 'graphql', problems: [...problems, 'body/query: must be a string'] };
    }
    for (const name of Object.keys(body)) {
        if (!['query', 'variables', 'operationName'].includes(name)) problems.push(`body/${name}: is no member of a GraphQL request`);
    }
    const { document, problems: own } = analyse(body.query);
    problems.push(...own);
    if (!document) return { operation: 'graphql', problems };
    const operation = getOperationAST(document, body.operationName);
    if (!operation) return { operation: 'graphql', problems: [...problems, 'body/operationName: names no single operation of the query'] };
    const variables = body.variables ?? {};
    if (typeof variables !== 'object' || Array.isArray(variables)) {
        problems.push('body/variables: must be an object');
    } else if (own.length === 0) {
        const checked = checkVariables(operation, variables);
        problems.push(...checked.problems, ...pagingProblems(operation, document, checked.values));
    }
    const name = operation.name ? `${operation.name.value}: ` : '';
    return { operation: `graphql  ${operation.operation} ${name}${fieldNames(operation)}`, problems };
}
