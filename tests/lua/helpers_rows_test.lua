-- The helpers' descriptions: complete, true, and in nobody's way.
local t = require "harness"
require "transport"
local lofty = require "lofty"

local call = lofty.leads.get
local loaded = {} -- by reading an operation
for name in pairs(package.loaded) do
  if call and name:find "^lofty%.helpers" and name ~= "lofty.helpers.names" then loaded[#loaded + 1] = name end
end

local catalogue = require "lofty.catalogue"
local helpers = require "lofty.helpers"
local operations = require "lofty.operations"

t.test("every resource's helpers are there, under their names", function()
  local names = {}
  for index, helper in ipairs(helpers.list()) do
    names[index] = helper.name
    local resource, verb = helper.name:match("^(.+)%.([^.]+)$")
    t.equal(type(lofty[resource][verb]), "function", helper.name)
    t.equal(helpers.find(helper.name), helper)
  end
  t.equal(names, {
    "leads.add_tags", "leads.find", "leads.find_all", "leads.find_or_create", "leads.remove_tags", "leads.set_tags",
    "leads.wait", "manual_logs.wait", "notes.edit", "notes.pin", "notes.unpin", "notes.wait", "transactions.each_all",
    "transactions.edit_property_address", "transactions.list_all", "webhooks.sync",
  })
end)

t.test("the list of names is that of the helpers, and calling operations loads none of them", function()
  for resource, verbs in pairs(require "lofty.helpers.names") do
    local named = {}
    for _, verb in ipairs(verbs) do named[verb] = true end
    local there = {}
    for verb in pairs(helpers.rows(resource)) do there[verb] = true end
    t.equal(named, there, resource)
  end
  t.equal(loaded, {})
end)

t.test("no helper has the name of an operation or of an iterator", function()
  for _, helper in ipairs(helpers.list()) do
    local resource, verb = helper.name:match("^(.+)%.([^.]+)$")
    for name, row in pairs(operations.rows(resource)) do
      t.ok(name ~= verb, helper.name)
      t.ok(not row.page or operations.each_name(name) ~= verb, helper.name)
    end
  end
end)

t.test("what they say they use and raise exists", function()
  for _, helper in ipairs(helpers.list()) do
    t.ok(#helper.uses > 0, helper.name)
    for _, name in ipairs(helper.uses) do t.ok(operations.find(name), helper.name .. " uses " .. name) end
    for _, name in ipairs(helper.raises) do t.ok(catalogue.find(name), helper.name .. " raises " .. name) end
    for _, key in ipairs { "usage", "summary", "returns" } do
      t.ok(type(helper[key]) == "string" and #helper[key] > 0, helper.name .. " has no " .. key)
    end
    t.matches(helper.summary, "%.$")
    t.ok(helper.usage:find(helper.name, 1, true) == 1, helper.usage)
    t.ok(load("return lofty." .. helper.usage), helper.usage)
    for _, habit in ipairs(helper.habits or {}) do t.matches(habit, "%.$") end
  end
end)

t.test("the helpers that operations point to exist", function()
  local seen = 0
  for _, name in ipairs(operations.names()) do
    for _, other in ipairs(operations.find(name).see or {}) do
      t.ok(helpers.find(other) or operations.find(other), name .. " points to " .. other)
      seen = seen + 1
    end
  end
  t.ok(seen > 0)
end)

t.test("a misspelt helper is found", function()
  t.equal({ helpers.find "leads.add_tag" }, { nil, "leads.add_tags" })
  t.raises('lofty.leads has no operation "add_tag"; did you mean "add_tags"', function() return lofty.leads.add_tag end)
  t.raises('lofty.notes has no operation "edti"; did you mean "edit"', function() return lofty.notes.edti end)
  t.raises("leads.wait: use a dot, not a colon", function() lofty.leads:wait(7) end)
end)

