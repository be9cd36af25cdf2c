--- A plan's file: JSON, an item a line, so that it is written and read an item at a time.
---
---   {"loftyrun_plan":1,"script":...,"account":...,"base_url":...,"made":...,"items":[
---   {"n":1,"do":"write",...}
---   ,{"n":2,"do":"keep",...}
---   ],"end":{"items":2,"complete":true,...},
---   "digest":"..."}
---
--- The digest is over all lines before its own: of each line in turn SHA-256 over the digest so far and the line. It tells
--- damage and edits by hand; it is no signature.
local digest = require "native.digest"
local json = require "native.json"
local native = require "native.plan"

local M = {}

M.VERSION = 1

local BEGINNING = "loftyrun plan"

local function hex(bytes)
  return (bytes:gsub(".", function(byte) return ("%02x"):format(byte:byte()) end))
end

---@class lofty.dry.Writer
---@field file userdata|nil
---@field sum string
local Writer = {}
Writer.__index = Writer

local function fail(code, message) error({ code = code, message = message }, 0) end

--- Begins a plan. Raises { code, message }; so do the other functions.
---@param path string
---@param header table
---@return lofty.dry.Writer
function M.create(path, header)
  local file, code, message = native.create(path)
  if not file then fail(code, message) end
  local writer = setmetatable({ file = file, sum = digest.sha256(BEGINNING), path = path, count = 0 }, Writer)
  local text = assert(json.encode(header))
  writer:line(('{"loftyrun_plan":%d,%s,"items":['):format(M.VERSION, text:sub(2, -2)))
  return writer
end

function Writer:line(text)
  self.sum = digest.sha256(self.sum .. text)
  local fine, code, message = self.file:write(text .. "\n")
  if not fine then fail(code, message) end
end

---@param item table
function Writer:add(item)
  local text, _, why = json.encode(item)
  if not text then fail("STATE_FAILED", ("item %d of the plan cannot be written: %s"):format(item.n, why)) end
  self:line((self.count > 0 and "," or "") .. text)
  self.count = self.count + 1
end

--- Ends the plan and puts the file in its place.
---@param ending table
function Writer:commit(ending)
  self:line(('],"end":%s,'):format(assert(json.encode(ending))))
  local fine, code, message = self.file:write(('"digest":"%s"}\n'):format(hex(self.sum)))
  if fine then fine, code, message = self.file:commit() end
  if not fine then fail(code, message) end
end

---@class lofty.dry.Plan a plan that was read
---@field file file*
---@field header table
---@field ending table
---@field digest string

local DAMAGED = "%s is damaged, or was changed: make the plan again with --dry-run"

--- Reads a plan's header and ending, and checks all of it. Nil and what is wrong where it is none, or not whole.
---@param path string
---@return lofty.dry.Plan|nil
---@return string|nil problem
function M.open(path)
  local file, why = io.open(path, "rb")
  if not file then return nil, ("the plan cannot be read: %s"):format(why) end
  local first = file:read("L") or ""
  local version = first:match('^{"loftyrun_plan":(%d+),')
  if not version then
    file:close()
    return nil, path .. " is no plan of loftyrun's"
  elseif tonumber(version) ~= M.VERSION then
    file:close()
    return nil, ("%s is a plan of version %s, and this loftyrun knows version %d; make it again with --dry-run"):format(path,
      version, M.VERSION)
  end
  local sum, last, line = digest.sha256(BEGINNING), first, first
  while line and line:sub(-1) == "\n" and line:sub(1, 9) ~= '"digest":' do
    sum, last = digest.sha256(sum .. line:sub(1, -2)), line
    line = file:read("L")
  end
  local said = line and line:match('^"digest":"(%x+)"}\n$')
  local whole = said == hex(sum) and file:read(1) == nil
  local header = whole and json.decode(first:sub(1, -2) .. "]}", { keep_null = true })
  local ending = header and json.decode((last:match('^%],"end":(.*),\n$') or ""), { keep_null = true })
  if not ending then
    file:close()
    return nil, DAMAGED:format(path)
  end
  return { file = file, path = path, header = header, ending = ending, digest = said }
end

--- Goes through the items of a plan from its first one on.
---@param plan lofty.dry.Plan
---@return fun(): table|nil
function M.items(plan)
  plan.file:seek("set")
  plan.file:read("L")
  return function()
    local line = plan.file:read("L")
    if not line or line:sub(1, 1) == "]" then return nil end
    local item, _, why = json.decode(line:sub(1, 1) == "," and line:sub(2) or line, { keep_null = true })
    if not item then error(("%s was changed while it was read: %s"):format(plan.path, tostring(why)), 0) end
    return item
  end
end

return M
