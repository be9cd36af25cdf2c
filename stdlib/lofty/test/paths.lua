--- The files that a test names, and all that were read for it.
local files = require "native.files"
local json = require "native.json"
local misuse = require "lofty.misuse"
local wording = require "lofty.wording"

local M = {}

local test_file = ""
local seen = {} ---@type table<string, true> what was read, beside modules

--- Tells which file the tests are in: what it names is looked for beside it first.
---@param path string
function M.begin(path)
  test_file = path
  seen[path] = true
end

--- All files that were read: when one of them changes, so may the tests.
---@return table<string, true>
function M.read()
  local found = {}
  for path in pairs(seen) do found[path] = true end
  for name in pairs(package.loaded) do
    local path = package.searchpath(name, package.path)
    if path then found[path] = true end
  end
  return found
end

--- "lib" of "lib/x.lua"; nil where there is none.
---@param path string
---@return string|nil
function M.folder_of(path) return path:match("^(.*)/[^/]*$") end

--- Keeps those modules in mind that are going to be forgotten.
function M.keep() seen = M.read() end

--- The path of a file that a test names. Raises where there is none.
---@param path string
---@param what string
---@return string
function M.find(path, what)
  if type(path) ~= "string" then misuse(("%s: expected a path, got %s"):format(what, wording.describe(path))) end
  local folder = M.folder_of(test_file)
  local beside = folder and path:sub(1, 1) ~= "/" and folder .. "/" .. path or path
  local found = files.kind(beside) == "file" and beside or files.kind(path) == "file" and path
  if not found then
    misuse(("%s: there is no file %s beside %s, nor in the current folder"):format(what, wording.quoted(path), test_file))
  end
  seen[found] = true
  return found
end

--- JSON of a file beside the tests, or in the current folder.
---@param path string
---@return any
function M.fixture(path)
  local found = M.find(path, "fixture")
  local file <close> = assert(io.open(found, "rb"))
  local value, code, message = json.decode(file:read("a"), { keep_null = true })
  if code then misuse(("fixture: %s: %s"):format(found, message)) end
  return value
end

return M
