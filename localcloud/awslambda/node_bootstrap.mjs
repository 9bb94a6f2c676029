// Runs a Node.js function: speaks Lambda's Runtime API, and loads CommonJS and ES module handlers.
//
// https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
// https://docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html
