// Runs a Node.js function: speaks Lambda's Runtime API, and loads CommonJS and ES module handlers.
//
// https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
// https://docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html
// The forms of errors and of log lines are those of AWS's own nodejs runtimes.

import { existsSync } from "node:fs";
import http from "node:http";
import * as modules from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";
import util from "node:util";

const ENV = process.env;
const BASE = `http://${ENV.AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime`;
const IS_JSON = ENV.AWS_LAMBDA_LOG_FORMAT === "JSON";
const LEVELS = ["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"];

let requestId = "";
let whenIdle = null; // what happens when nothing is left to do

class RuntimeFault extends Error {
  constructor(kind, message) {
    super(message);
    this.name = kind;
  }
}

// --- The Runtime API --------------------------------------------------------------------------

// No agent: a connection that is kept would keep the event loop from getting empty.
function call(method, where, body, headers = {}) {
  return new Promise((resolve, reject) => {
    const options = { method, agent: false, headers };
    const request = http.request(`${BASE}${where}`, options, (response) => {
      const chunks = [];
      response.on("data", (chunk) => chunks.push(chunk));
      response.on("end", () => {
        const text = Buffer.concat(chunks).toString();
        resolve({ status: response.statusCode, headers: response.headers, text });
      });
    });
    request.on("error", reject);
    request.end(body);
  });
}

function described(error) {
  if (util.types.isNativeError(error) || error instanceof Error) {
    const trace = (error.stack || "").split("\n");
    return { errorType: error.name, errorMessage: error.message, trace };
  }
  return { errorType: typeof error, errorMessage: String(error), trace: [] };
}

function postError(where, error) {
  const told = described(error);
  const type = { "Lambda-Runtime-Function-Error-Type": encodeURIComponent(told.errorType) };
  return call("POST", where, JSON.stringify(told), type);
}

// --- The log ------------------------------------------------------------------------------------

function write(level, parts) {
  const time = new Date().toISOString();
  if (!IS_JSON) {
    const text = util.format(...parts).replaceAll("\n", "\r");
    process.stdout.write(`${time}\t${requestId || "undefined"}\t${level}\t${text}\n`);
    return;
  }
  if (LEVELS.indexOf(level) < LEVELS.indexOf(ENV.AWS_LAMBDA_LOG_LEVEL || "INFO")) return;
  const only = parts.length === 1 && !(parts[0] instanceof Error) ? parts[0] : undefined;
  const message = only === undefined ? util.format(...parts) : only;
  process.stdout.write(`${JSON.stringify({ timestamp: time, level, requestId, message })}\n`);
}

for (const [name, level] of Object.entries({
  trace: "TRACE",
  debug: "DEBUG",
  log: "INFO",
  info: "INFO",
  warn: "WARN",
  error: "ERROR",
})) {
  console[name] = (...parts) => write(level, parts);
}

// --- The handler --------------------------------------------------------------------------------

// `import` does not look into NODE_PATH, `require` does; on AWS both find the SDK of the runtime.
// What is found so is looked for last, as there.
if (ENV.NODE_PATH && modules.register) {
  const hook = `
    import { createRequire } from "node:module";
    import { pathToFileURL } from "node:url";
    const require = createRequire(pathToFileURL(process.cwd() + "/"));
    export async function resolve(specifier, context, next) {
      try {
        return await next(specifier, context);
      } catch (error) {
        if (error.code !== "ERR_MODULE_NOT_FOUND" || /^[./]|:/.test(specifier)) throw error;
        let found;
        try { found = require.resolve(specifier); } catch { throw error; }
        return next(pathToFileURL(found).href, context);
      }
    }`;
  modules.register(`data:text/javascript,${encodeURIComponent(hook)}`);
}

function fileOf(module) {
  const whole = path.resolve(ENV.LAMBDA_TASK_ROOT, module);
  const found = [".js", ".mjs", ".cjs"].map((end) => whole + end).find(existsSync);
  if (found) return found;
  throw new RuntimeFault("Runtime.ImportModuleError", `Error: Cannot find module '${module}'`);
}

async function imported(file) {
  try {
    return await import(pathToFileURL(file).href);
  } catch (error) {
    if (["MODULE_NOT_FOUND", "ERR_MODULE_NOT_FOUND"].includes(error?.code)) {
      throw new RuntimeFault("Runtime.ImportModuleError", String(error));
    }
    if (error instanceof SyntaxError) {
      throw new RuntimeFault("Runtime.UserCodeSyntaxError", String(error));
    }
    throw error;
  }
}

async function loaded(handler) {
  const [, folder, module, names] = /^(.*\/)?([^./]+)\.(.+)$/.exec(handler) || [];
  if (!module) throw new RuntimeFault("Runtime.MalformedHandlerName", "Bad handler");
  const exported = await imported(fileOf((folder || "") + module));
  const within = (from) => names.split(".").reduce((value, name) => value?.[name], from);
  const found = within(exported) ?? within(exported.default);
  if (typeof found === "function") return found;
  const state = found === undefined ? "undefined or not exported" : "not a function";
  throw new RuntimeFault("Runtime.HandlerNotFound", `${handler} is ${state}`);
}

// --- One invocation -----------------------------------------------------------------------------

function contextOf(headers, finish) {
  const deadline = Number(headers["lambda-runtime-deadline-ms"]);
  return {
    callbackWaitsForEmptyEventLoop: true,
    functionName: ENV.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: ENV.AWS_LAMBDA_FUNCTION_VERSION,
    invokedFunctionArn: headers["lambda-runtime-invoked-function-arn"],
    memoryLimitInMB: ENV.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    awsRequestId: requestId,
    logGroupName: ENV.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: ENV.AWS_LAMBDA_LOG_STREAM_NAME,
    getRemainingTimeInMillis: () => deadline - Date.now(),
    done: finish,
    succeed: (result) => finish(null, result),
    fail: (error) => finish(error ?? new Error("handled")),
  };
}

// [error] or [null, result]. A callback's answer goes when nothing is left to do, unless the handler
// says that it shall not wait; a handler that never answers, answers null then.
function outcome(handler, event, headers) {
  return new Promise((resolve) => {
    whenIdle = () => resolve([null, null]);
    const finish = (error, result) => {
      const answer = error !== null && error !== undefined ? [error] : [null, result];
      if (context.callbackWaitsForEmptyEventLoop) whenIdle = () => resolve(answer);
      else resolve(answer);
    };
    const context = contextOf(headers, finish);
    try {
      const result = handler(event, context, finish);
      if (typeof result?.then === "function") {
        result.then((value) => resolve([null, value]), (error) => resolve([error]));
      }
    } catch (error) {
      resolve([error]);
    }
  });
}

async function serve(handler) {
  const next = await call("GET", "/invocation/next");
  if (next.status !== 200) process.exit(0); // the sandbox has ended
  requestId = next.headers["lambda-runtime-aws-request-id"];
  ENV._X_AMZN_TRACE_ID = next.headers["lambda-runtime-trace-id"];
  const where = `/invocation/${requestId}`;
  const [error, result] = await outcome(handler, JSON.parse(next.text), next.headers);
  whenIdle = null;
  if (error === null) {
    await call("POST", `${where}/response`, JSON.stringify(result) ?? "null");
  } else {
    write("ERROR", ["Invoke Error", IS_JSON ? described(error) : JSON.stringify(described(error))]);
    await postError(`${where}/error`, error);
  }
}

// --- The process --------------------------------------------------------------------------------

async function ended(kind, error, code) {
  write("ERROR", [kind, JSON.stringify(described(error))]);
  await postError(requestId ? `/invocation/${requestId}/error` : "/init/error", error);
  process.exit(code);
}

process.on("uncaughtException", (error) => ended("Uncaught Exception", error, 129));
process.on("unhandledRejection", (reason) => {
  const error = new RuntimeFault("Runtime.UnhandledPromiseRejection", String(reason));
  return ended("Unhandled Promise Rejection", error, 128);
});
process.on("beforeExit", () => {
  const then = whenIdle;
  whenIdle = null;
  then?.();
});

let handler;
try {
  handler = await loaded(ENV._HANDLER);
} catch (error) {
  await ended("Uncaught Exception", error, 1);
}
for (;;) await serve(handler);
