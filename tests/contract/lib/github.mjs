// Requests to GitHub's REST API against GitHub's official OpenAPI description, and rules its prose states.
import { anchorProblems, parseDiff } from './diff.mjs';
import { prepared } from './packages.mjs';
import { Schemas } from './schema.mjs';

const kMaxBody = 65536;  // characters of a comment's or a review's body
const kMaxPerPage = 100;
const kVersions = ['2022-11-28', '2026-03-10'];  // the values of X-GitHub-Api-Version that exist at github.com
const kEnterpriseVersions = ['2022-11-28'];      // GitHub Enterprise Server (up to 3.20) refuses the newer one

const { operations, contract } = JSON.parse(prepared('github.json'));
const schemas = new Schemas(contract);

const kMissing = Symbol('missing');

function compileRoute(operation) {
    const segments = operation.path.split('/').filter(Boolean);
    const pattern = segments.map((segment) => {
        const names = [...segment.matchAll(/\{([^}]+)\}/g)].map((m) => m[1]);
        if (names.length === 0) return segment.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
        return segment.replace(/[.*+?^$()|[\]\\]/g, '\\$&')
            .replace(/\{([^}]+)\}/g, (_, name) => (operation.pathParameters[name]?.slashes ? '(.+)' : '([^/]+)'));
    }).join('/');
    return {
        operation,
        names: [...operation.path.matchAll(/\{([^}]+)\}/g)].map((m) => m[1]),
        regex: new RegExp(`^/${pattern}$`),
        literal: segments.filter((segment) => !segment.includes('{')).length,
        slashes: Object.values(operation.pathParameters).some((p) => p.slashes) ? 1 : 0,
    };
}

// The most literal route wins, as it does at GitHub: /pulls/{n}/reviews is never a value of a longer parameter.
const routes = operations.map(compileRoute).sort((a, b) => b.literal - a.literal || a.slashes - b.slashes);

function findRoute(method, path) {
    const known = routes.filter((route) => route.regex.test(path));
    const route = known.find((r) => r.operation.method === method);
    return { route, methods: [...new Set(known.map((r) => r.operation.method))] };
}

// A value from a URL fits when one of the readings that its text allows does.
function urlValueProblems(schema, text, place) {
    const readings = [text];
    if (/^-?(0|[1-9]\d*)$/.test(text)) readings.push(Number(text));
    if (text === 'true' || text === 'false') readings.push(text === 'true');
    readings.push(text.split(','));
    const all = readings.map((reading) => schemas.problems(schema, reading, place));
    return all.some((list) => list.length === 0) ? [] : [`${all[0][0]} (is '${text}')`];
}

function decode(text, place, problems) {
    try {
        return decodeURIComponent(text);
    } catch {
        problems.push(`${place}: '${text}' is not validly percent-encoded`);
        return null;
    }
}

function pathProblems(route, path) {
    const problems = [];
    const values = route.regex.exec(path).slice(1);
    for (const [i, name] of route.names.entries()) {
        const value = decode(values[i], `path/${name}`, problems);
        const rule = route.operation.pathParameters[name];
        if (value !== null && rule) problems.push(...urlValueProblems(rule.schema, value, `path/${name}`));
    }
    return problems;
}

function queryProblems(operation, query) {
    const problems = [];
    const seen = new Set();
    for (const pair of (query ?? '').split('&').filter(Boolean)) {
        const cut = pair.indexOf('=');
        const name = decode((cut < 0 ? pair : pair.slice(0, cut)).replaceAll('+', ' '), 'query', problems);
        const value = decode((cut < 0 ? '' : pair.slice(cut + 1)).replaceAll('+', ' '), `query/${name}`, problems);
        if (name === null || value === null) continue;
        const rule = operation.query[name];
        if (!rule) {
            problems.push(`query/${name}: ${operation.id} has no such parameter`);
            continue;
        }
        if (seen.has(name)) problems.push(`query/${name}: given twice`);
        seen.add(name);
        problems.push(...urlValueProblems(rule.schema, value, `query/${name}`));
        if (name === 'per_page' && !(Number(value) >= 1 && Number(value) <= kMaxPerPage)) {
            problems.push(`query/per_page: must be 1 to ${kMaxPerPage}, is ${value}`);
        }
        if (name === 'page' && !(Number(value) >= 1)) problems.push(`query/page: must be at least 1, is ${value}`);
    }
    for (const [name, rule] of Object.entries(operation.query)) {
        if (rule.required && !seen.has(name)) problems.push(`query/${name}: is required`);
    }
    return problems;
}

export function parseBody(entry, problems) {
    if (entry.body === undefined || entry.body === null || entry.body === '') return kMissing;
    if (typeof entry.body !== 'string') {
        problems.push('body: the journal must hold it as a string');
        return kMissing;
    }
    if (/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/.test(entry.body)) {
        problems.push('body: holds half a surrogate pair, so it was no valid UTF-8');
    }
    const type = String(entry.headers?.['content-type'] ?? '');
    if (!/^application\/json(;\s*charset=utf-8)?$/i.test(type)) {
        problems.push(`headers/content-type: must be application/json, is '${type}'`);
    }
    try {
        return JSON.parse(entry.body);
    } catch (error) {
        problems.push(`body: is no JSON (${error.message})`);
        return kMissing;
    }
}

export const isMissing = (body) => body === kMissing;

function bodyProblems(operation, entry, body) {
    if (!operation.body) return isMissing(body) ? [] : [`body: ${operation.id} takes none`];
    if (isMissing(body)) return operation.body.required && !entry.body ? ['body: is required'] : [];
    if (!operation.body.schema) return [`body: ${operation.id} takes ${operation.body.types.join(' or ')}, not JSON`];
    return schemas.problems(operation.body.schema, body, 'body');
}

export function headerProblems(entry, { rest }) {
    const headers = entry.headers ?? {};
    const problems = [];
    if (!String(headers['user-agent'] ?? '').trim()) problems.push('headers/user-agent: is required');
    if (!/^(Bearer|token) [\x21-\x7e]+$/i.test(String(headers.authorization ?? ''))) {
        problems.push('headers/authorization: must be "Bearer TOKEN"');
    }
    if (!String(headers.accept ?? '').trim()) problems.push('headers/accept: is required');
    if (rest) {
        const media = String(headers.accept ?? '').split(',').map((part) => part.trim());
        if (!media.every((m) => /^application\/(json|vnd\.github[\w.-]*(\+json)?)(;.*)?$/.test(m))) {
            problems.push(`headers/accept: '${headers.accept}' is no media type of GitHub's`);
        }
        const version = headers['x-github-api-version'];
        const known = entry.path.startsWith('/api/v3/') ? kEnterpriseVersions : kVersions;
        if (!known.includes(version)) {
            problems.push(`headers/x-github-api-version: must be one of ${known.join(', ')}, is '${version ?? ''}'`);
        }
    }
    return problems;
}

const tooLong = (text) => typeof text === 'string' && text.length > kMaxBody && [...text].length > kMaxBody;

function proseProblems(operation, body) {
    if (isMissing(body) || body === null || typeof body !== 'object') return [];
    const problems = [];
    if (tooLong(body.body)) problems.push(`body/body: is longer than ${kMaxBody} characters`);
    if (operation.id === 'pulls/create-review') {
        if (body.event === undefined) problems.push('body/event: without it the review stays pending and nobody sees it');
        if ((body.event === 'COMMENT' || body.event === 'REQUEST_CHANGES') && !body.body) {
            problems.push(`body/body: is required when the event is ${body.event}`);
        }
        if (body.commit_id === undefined) problems.push('body/commit_id: must be pinned');
        for (const [i, comment] of (Array.isArray(body.comments) ? body.comments : []).entries()) {
            if (tooLong(comment?.body)) problems.push(`body/comments/${i}/body: is longer than ${kMaxBody} characters`);
            if (!comment?.body) problems.push(`body/comments/${i}/body: is empty`);
        }
    }
    if (operation.id === 'pulls/create-review-comment' && body.subject_type === 'file') {
        for (const field of ['line', 'side', 'start_line', 'start_side', 'position']) {
            if (body[field] !== undefined) problems.push(`body/${field}: has no meaning for a file-level comment`);
        }
    }
    if (operation.id.startsWith('issues/') && operation.id.endsWith('-comment') && body.body === '') {
        problems.push('body/body: is empty');
    }
    return problems;
}

// Inline comments must lie in the diff that the journal line carries.
function lineProblems(operation, entry, body, options) {
    if (isMissing(body) || body === null || typeof body !== 'object') return [];
    let comments = [];
    if (operation.id === 'pulls/create-review' && Array.isArray(body.comments)) {
        comments = body.comments.map((comment, i) => [comment, `body/comments/${i}`]);
    } else if (operation.id === 'pulls/create-review-comment' && body.in_reply_to === undefined) {
        comments = [[body, 'body']];
    }
    comments = comments.filter(([comment]) => comment !== null && typeof comment === 'object');
    if (comments.length === 0) return [];
    if (typeof entry.diff !== 'string') {
        return options.allowMissingDiff ? [] : ['diff: the journal has none to check the comments against'];
    }
    let files;
    try {
        files = parseDiff(entry.diff);
    } catch (error) {
        return [`diff: ${error.message}`];
    }
    return comments.flatMap(([comment, place]) => {
        if (place === 'body' && comment.subject_type === 'file') {
            const known = files.has(comment.path) || entry.diff.includes(`b/${comment.path}\n`);
            return known ? [] : [`${place}/path: '${comment.path}' is not in the diff`];
        }
        return anchorProblems(files, comment, place);
    });
}

// -> { operation: "id METHOD path", problems: [text] }
export function checkRest(entry, path, options) {
    const { route, methods } = findRoute(entry.method, path);
    if (!route) {
        const why = methods.length > 0 ? `only ${methods.join(', ')} exist here` : 'unknown route';
        return { operation: 'unknown', problems: [`path: ${entry.method} ${path}: ${why}`] };
    }
    const { operation } = route;
    const problems = [...headerProblems(entry, { rest: true }), ...pathProblems(route, path), ...queryProblems(operation, entry.query)];
    const body = parseBody(entry, problems);
    problems.push(...bodyProblems(operation, entry, body), ...proseProblems(operation, body),
        ...lineProblems(operation, entry, body, options));
    return { operation: `${operation.id}  ${operation.method} ${operation.path}`, problems };
}
