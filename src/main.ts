#!/usr/bin/env bun
console.log("postern");
