--- For every_operation_test: ways to break the rules between the fields of one object, which lofty.check explains. Each
--- probe's value is a function of the valid object and of `sample`, which gives a valid value of any of its fields; it
--- returns the object with one rule broken. See every_operation_probes.lua.
local M = {}

local function without(fields, names)
  for _, name in ipairs(names) do fields[name] = nil end
  return fields
end

--- The fields that other rules may forbid beside each other, so that only the rule in question is broken.
local function conditional(spec)
  local names = {}
  for _, rule in ipairs(spec.only or {}) do names[#names + 1] = rule.field end
  return names
end

--- Sets `when` and what is needed with it.
local function switch(spec, fields, when, value, sample)
  fields[when] = value
  for _, rule in ipairs(spec.needs or {}) do
    if rule.when == when and rule.is[1] == value then fields[rule.field] = sample(rule.field) end
  end
  return fields
end

local function other_than(spec, rule)
  for _, value in ipairs(spec.fields[rule.when].enum) do
    if value ~= rule.is[1] then return value end
  end
end

local breaking = {}

function breaking.at_least_one(add, names)
  add(names[1], function(fields) return without(fields, names) end)
end

function breaking.min_fields(add, _, spec)
  add("needs at least one field", function(_, sample)
    local fields = {}
    for name, field in pairs(spec.fields) do
      if field.required then fields[name] = sample(name) end
    end
    return fields
  end)
end

function breaking.needs(add, rules, spec)
  for _, rule in ipairs(rules) do
    add(rule.field .. " is required", function(fields)
      fields = without(fields, conditional(spec))
      fields[rule.when], fields[rule.field] = rule.is[1], nil
      return fields
    end)
  end
end

function breaking.only(add, rules, spec)
  for _, rule in ipairs(rules) do
    add(rule.field .. " would be ignored", function(fields, sample)
      fields = switch(spec, without(fields, conditional(spec)), rule.when, other_than(spec, rule), sample)
      fields[rule.field] = sample(rule.field)
      return fields
    end)
  end
end

function breaking.one_of(add, groups)
  for _, names in ipairs(groups) do
    add("write one of them", function(fields, sample)
      for _, name in ipairs(names) do fields[name] = sample(name) end
      return fields
    end)
    if names.required then add("is required", function(fields) return without(fields, names) end) end
  end
end

function breaking.overrules(add, rules)
  for _, rule in ipairs(rules) do
    for _, name in ipairs(rule.others) do
      add(name .. " would be ignored", function(fields, sample)
        fields = without(fields, rule.others)
        fields[rule.field], fields[name] = rule.is or rule.above and rule.above + 1 or sample(rule.field), sample(name)
        return fields
      end)
    end
  end
end

function breaking.together(add, rules)
  for _, rule in ipairs(rules) do
    add(rule.field .. " would be ignored without", function(fields, sample)
      fields[rule.field], fields[rule.with] = sample(rule.field), nil
      return fields
    end)
  end
end

function breaking.in_order(add, names)
  local first, last = table.unpack(names)
  add("is after", function(fields, sample)
    without(fields, { first .. "Ms", last .. "Ms" })
    fields[first], fields[last] = sample(last), sample(first)
    return fields
  end)
end

function breaking.max_span(add, span, spec)
  local first, last = table.unpack(spec.in_order)
  add("may be at most", function(fields, sample)
    without(fields, { first .. "Ms", last .. "Ms" })
    fields[first] = sample(first)
    fields[last] = math.type(fields[first]) and fields[first] + span + 1 or "2999-01-01T00:00:00Z"
    return fields
  end)
end

function breaking.max_sum(add, names)
  add("together", function(fields)
    without(fields, { "currentId" })
    fields[names[1]] = names.max
    fields[names[2]] = 1
    return fields
  end)
end

--- Calls `add(says, value)` for each rule of an object that can be broken.
---@param spec table with the rules; its fields too
---@param add fun(says: string, value: fun(fields: table, sample: fun(name: string): any): table)
function M.probe(spec, add)
  for rule, probe in pairs(breaking) do
    if spec[rule] then probe(add, spec[rule], spec) end
  end
  for name, field in pairs(spec.fields) do
    if field.alone then
      add("must be the only parameter", function(fields, sample)
        fields[name] = sample(name)
        fields.limit = 1
        return fields
      end)
    end
  end
end

return M
