// Requests to the model API against the request types of the official `openai` package, and rules the API enforces at
// run time that types cannot say.
import { isMissing, parseBody } from './github.mjs';
import { prepared } from './packages.mjs';
import { Schemas } from './schema.mjs';

const schemas = new Schemas(JSON.parse(prepared('model.json')));

const kUnsupported = ['allOf', 'oneOf', 'not', 'if', 'then', 'else', 'dependentRequired', 'dependentSchemas', 'patternProperties'];
const kMaxStrictDepth = 10;
const kMaxStrictProperties = 5000;

const isObject = (value) => value !== null && typeof value === 'object' && !Array.isArray(value);

// What strict mode demands of a schema: closed objects, every property required, a subset of the keywords.
function strictProblems(schema, place, budget = { properties: 0 }, depth = 0) {
    if (!isObject(schema)) return [`${place}: must be an object`];
    if (depth > kMaxStrictDepth) return [`${place}: nested deeper than ${kMaxStrictDepth}`];
    const problems = kUnsupported.filter((key) => key in schema).map((key) => `${place}/${key}: not allowed in strict mode`);
    const types = [schema.type].flat();
    if (types.includes('object')) {
        const names = Object.keys(schema.properties ?? {});
        budget.properties += names.length;
        if (budget.properties > kMaxStrictProperties) return [`${place}: more than ${kMaxStrictProperties} properties`];
        if (schema.additionalProperties !== false) problems.push(`${place}/additionalProperties: must be false in strict mode`);
        for (const name of names) {
            if (!(schema.required ?? []).includes(name)) problems.push(`${place}/required: lacks '${name}', strict mode wants every property`);
            problems.push(...strictProblems(schema.properties[name], `${place}/properties/${name}`, budget, depth + 1));
        }
        for (const name of schema.required ?? []) {
            if (!names.includes(name)) problems.push(`${place}/required: '${name}' is no property`);
        }
    }
    if (types.includes('array')) {
        if (schema.items === undefined) problems.push(`${place}/items: is required`);
        else problems.push(...strictProblems(schema.items, `${place}/items`, budget, depth + 1));
    }
    for (const [i, part] of (schema.anyOf ?? []).entries()) problems.push(...strictProblems(part, `${place}/anyOf/${i}`, budget, depth + 1));
    for (const [name, part] of Object.entries(schema.$defs ?? {})) problems.push(...strictProblems(part, `${place}/$defs/${name}`, budget, depth + 1));
    if (depth === 0 && !types.includes('object')) problems.push(`${place}/type: the root must be an object`);
    return problems;
}

function nameProblem(name, place) {
    return /^[a-zA-Z0-9_-]{1,64}$/.test(name ?? '') ? [] : [`${place}: '${name}' must be 1 to 64 of a-z, A-Z, 0-9, _ and -`];
}

// Calls and their outputs must pair up, an output after its call.
function pairingProblems(steps) {
    const problems = [];
    const open = new Map();
    for (const { kind, id, place } of steps) {
        if (kind === 'call') {
            if (open.has(id)) problems.push(`${place}: second call with id '${id}'`);
            open.set(id, place);
        } else if (!open.has(id)) {
            problems.push(`${place}: output for call '${id}', which no earlier item made`);
        } else {
            open.set(id, null);
        }
    }
    for (const [id, place] of open) if (place !== null) problems.push(`${place}: call '${id}' has no output`);
    return problems;
}

function toolProblems(tools) {
    const problems = [];
    const seen = new Set();
    for (const [i, tool] of tools.entries()) {
        const place = `body/tools/${i}`;
        const described = tool?.function ?? tool;
        if (tool?.type !== 'function' && tool?.type !== 'custom') continue;
        problems.push(...nameProblem(described.name, `${place}/name`));
        if (seen.has(described.name)) problems.push(`${place}/name: '${described.name}' is declared twice`);
        seen.add(described.name);
        if (described.strict === true) problems.push(...strictProblems(described.parameters, `${place}/parameters`));
    }
    return problems;
}

function responsesRules(body) {
    const problems = [];
    if (typeof body.model !== 'string' || body.model === '') problems.push('body/model: is required');
    if (body.input === undefined && body.prompt === undefined) problems.push('body/input: is required');
    if (typeof body.max_output_tokens === 'number' && body.max_output_tokens < 16) {
        problems.push(`body/max_output_tokens: must be at least 16, is ${body.max_output_tokens}`);
    }
    if (Array.isArray(body.tools)) problems.push(...toolProblems(body.tools));
    const format = body.text?.format;
    if (format?.type === 'json_schema') {
        problems.push(...nameProblem(format.name, 'body/text/format/name'));
        if (format.strict === true) problems.push(...strictProblems(format.schema, 'body/text/format/schema'));
    }
    if (!Array.isArray(body.input)) return problems;
    const steps = [];
    for (const [i, item] of body.input.entries()) {
        const place = `body/input/${i}`;
        if (['function_call', 'custom_tool_call'].includes(item?.type)) steps.push({ kind: 'call', id: item.call_id, place });
        if (['function_call_output', 'custom_tool_call_output'].includes(item?.type)) {
            steps.push({ kind: 'output', id: item.call_id, place });
        }
        if (item?.type === 'reasoning' && body.store === false && !item.encrypted_content) {
            problems.push(`${place}/encrypted_content: a reasoning item that the server did not store can only be sent back with it`);
        }
    }
    if (!body.previous_response_id && !body.conversation) problems.push(...pairingProblems(steps));
    return problems;
}

function chatRules(body) {
    const problems = [];
    if (Array.isArray(body.tools)) problems.push(...toolProblems(body.tools));
    const format = body.response_format;
    if (format?.type === 'json_schema') {
        problems.push(...nameProblem(format.json_schema?.name, 'body/response_format/json_schema/name'));
        if (format.json_schema?.strict === true) {
            problems.push(...strictProblems(format.json_schema.schema, 'body/response_format/json_schema/schema'));
        }
    }
    const steps = [];
    for (const [i, message] of (Array.isArray(body.messages) ? body.messages : []).entries()) {
        const place = `body/messages/${i}`;
        for (const call of message?.tool_calls ?? []) steps.push({ kind: 'call', id: call?.id, place });
        if (message?.role === 'tool') steps.push({ kind: 'output', id: message.tool_call_id, place });
    }
    return [...problems, ...pairingProblems(steps)];
}

const kEndpoints = [
    { suffix: '/responses', name: 'Responses', rules: responsesRules },
    { suffix: '/chat/completions', name: 'Chat', rules: chatRules },
];

// -> { operation, problems }
export function checkModel(entry, path) {
    if (entry.method === 'GET' && /\/models(\/[^/]+)?$/.test(path)) return { operation: 'models  GET /models', problems: headerProblems(entry) };
    const endpoint = kEndpoints.find(({ suffix }) => path.endsWith(suffix));
    if (!endpoint || entry.method !== 'POST') {
        return { operation: 'unknown', problems: [`path: ${entry.method} ${path}: the model API has no such route`] };
    }
    const problems = headerProblems(entry);
    for (const pair of (entry.query ?? '').split('&').filter(Boolean)) {
        // Azure's deployments of the same API want this one.
        if (!pair.startsWith('api-version=')) problems.push(`query/${pair.split('=')[0]}: unknown parameter`);
    }
    const body = parseBody(entry, problems);
    if (isMissing(body)) {
        if (!entry.body) problems.push('body: is required');
    } else if (!isObject(body)) {
        problems.push('body: must be an object');
    } else {
        problems.push(...schemas.problems(body.stream === true ? `${endpoint.name}Streaming` : endpoint.name, body, 'body'));
        problems.push(...endpoint.rules(body));
    }
    return { operation: `${endpoint.name.toLowerCase()}  POST …${endpoint.suffix}`, problems };
}

function headerProblems(entry) {
    const headers = entry.headers ?? {};
    const problems = [];
    const bearer = /^Bearer [\x21-\x7e]+$/.test(String(headers.authorization ?? ''));
    if (!bearer && !headers['api-key']) problems.push('headers/authorization: must be "Bearer KEY"');
    if (!String(headers['user-agent'] ?? '').trim()) problems.push('headers/user-agent: is required');
    return problems;
}
