// Reads a text in JSON from each line, and prints what gift-pegjs makes of it, in JSON.
const { createInterface } = require("node:readline");
const { parse } = require("gift-pegjs");

createInterface({ input: process.stdin }).on("line", (line) => {
  let result;
  try {
    result = parse(JSON.parse(line));
  } catch (error) {
    result = { error: error.message };
  }
  console.log(JSON.stringify(result));
});
