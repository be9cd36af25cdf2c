--- Values as Lofty shows them: whether one is what was written, and how it is written back. Lofty shows what is not set
--- in several ways, and moments and texts in forms of its own.
local alike = require "lofty.verify.alike"
local array, null = require("native.json").array, require("native.json").null
local contact = require "lofty.contact"
local iso = require("lofty.time").iso
local parse = require("lofty.time.reading").parse
local width = require "lofty.shell.width"
local writer = require "lofty.shell.json"

local M = {}

--- Columns that a value in a sentence has at most.
local SHOWN = 60

local MOMENT = { startAt = true, endAt = true, deadline = true }

--- What stands in the place of a secret in what the journal keeps.
local SECRET = "[secret]"

--- Whether nothing is set.
---@param value any
---@return boolean
function M.is_unset(value)
  return value == nil or value == null or value == "" or value == "N/A" or value == -1
    or type(value) == "table" and next(value) == nil
end

local same -- function(name, shown, value)

local function same_lists(name, shown, value)
  if #shown ~= #value then return false end
  for index = 1, #value do
    if not same(name, shown[index], value[index]) then return false end
  end
  return true
end

--- Lofty shows more members of an object than were written.
local function same_tables(name, shown, value)
  if #value > 0 or #shown > 0 then return same_lists(name, shown, value) end
  for key, member in pairs(value) do
    if not same(key, shown[key], member) then return false end
  end
  return true
end

local function same_texts(name, shown, value)
  if name == "phones" then return contact.phones_equal(shown, value) end
  if name == "emails" or name == "assignee" then return contact.emails_equal(shown, value) end
  return alike.text(value, shown) == "same"
end

function same(name, shown, value)
  if shown == value or M.is_unset(shown) and M.is_unset(value) then return true end
  if shown == nil or shown == null then return value == false end
  if value == nil or value == null then return shown == false end
  if MOMENT[name] then
    local one, other = parse(shown), parse(value)
    return one ~= nil and other ~= nil and one // 1000 == other // 1000
  end
  if type(shown) ~= type(value) then return false end
  if type(value) == "string" then return same_texts(name, shown, value) end
  return type(value) == "table" and same_tables(name, shown, value)
end

--- Whether what is shown is what was written, or was shown before.
---@param name string of the member
---@param shown any
---@param value any
---@return boolean
function M.same(name, shown, value) return same(name, shown, value) end

--- Whether the journal kept it without what was secret in it.
---@param value any
---@return boolean
function M.has_secret(value)
  if type(value) == "string" then return value:find(SECRET, 1, true) ~= nil end
  if type(value) ~= "table" or value == null then return false end
  for _, member in pairs(value) do
    if M.has_secret(member) then return true end
  end
  return false
end

--- A value in a sentence.
---@param value any
---@return string
function M.show(value)
  if value == nil or value == null then return "not set" end
  return width.cut(width.tame(writer.compact(value)), SHOWN)
end

--- What nothing is written as; nil where there is no way to write it.
local function nothing_of(spec)
  if spec.type == "array" then return array {} end
  if spec.type == "boolean" then return false end
  if spec.type == "string" and not spec.enum and not spec.not_blank and not spec.format then return "" end
  return nil
end

--- A value as it is written back; nil and why where it cannot be.
---@param name string
---@param value any as it was shown
---@param spec table of the field that it is written into
---@return any|nil value
---@return string|nil why
function M.back(name, value, spec)
  if M.has_secret(value) then return nil, "there is a secret in it, which was not kept" end
  if M.is_unset(value) then
    local nothing = nothing_of(spec)
    if nothing ~= nil then return nothing end
    return nil, "it was not set, and Lofty's API has no way to empty it"
  end
  if not MOMENT[name] then return value end
  local moment = parse(value)
  if not moment then return nil, "its time cannot be read" end
  return spec.type == "integer" and moment or spec.type == "string" and iso(moment) or nil
end

return M
