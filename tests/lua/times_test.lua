local t = require "harness"
local times = require "lofty.times"

t.test("every form that Lofty writes is read as the same moment", function()
  local moment = 1777570412000
  for _, text in ipairs {
    "2026-04-30T17:33:32GMT", "2026-04-30 17:33:32", "2026-04-30T17:33:32Z", "2026-04-30T10:33:32-07:00",
    "2026-04-30T23:03:32+0530", "2026-04-30T17:33:32.000Z", "2026-04-30 17:33:32GMT",
  } do
    t.equal(times.parse(text), moment, text)
  end
  t.equal(times.parse(moment), moment)
  t.equal(times.parse("2026-04-30T17:33:32.29GMT"), moment + 290)
  t.equal(times.parse("2026-04-30T17:33Z"), moment - 32000)
end)

t.test("leap days, the turn of the year and times before 1970", function()
  t.equal(times.parse("2024-02-29T00:00:00GMT"), 1709164800000)
  t.equal(times.parse("2000-02-29 23:59:59"), 951868799000)
  t.equal(times.parse("2024-12-31T23:59:59GMT") + 1000, times.parse("2025-01-01T00:00:00GMT"))
  t.equal(times.parse("1969-12-31T23:59:59GMT"), -1000)
end)

t.test("what is not set is nil without a message", function()
  for _, value in ipairs { "", 0, -1 } do
    local ms, message = times.parse(value)
    t.equal(ms, nil)
    t.equal(message, nil)
  end
  t.equal(times.parse(nil), nil)
end)

t.test("what cannot be read is nil with a message, never a guess", function()
  for _, text in ipairs {
    "soon", "2026-04-30", "2026-04-30T17:33:32", "2026-04-30T17:33:32PST", "2023-02-29T00:00:00Z",
    "2026-13-01T00:00:00Z", "2026-04-31T00:00:00Z", "2026-04-30T24:00:00Z", "2026-04-30T17:33:60Z", "1777570412",
  } do
    local ms, message = times.parse(text)
    t.equal(ms, nil, text)
    t.equal(type(message), "string", text)
  end
end)

t.test("iso writes what Lofty's requests take, and parse reads it back", function()
  t.equal(times.iso(1777570412000), "2026-04-30T17:33:32+00:00")
  t.equal(times.iso(1777570412000, -480), "2026-04-30T09:33:32-08:00")
  t.equal(times.iso(1777570412000, 330), "2026-04-30T23:03:32+05:30")
  for _ = 1, 2000 do
    local ms = math.random(-2208988800, 4102444800) * 1000
    t.equal(times.parse(times.iso(ms, math.random(-14 * 60, 14 * 60))), ms)
  end
end)

t.test("midnight is the start of the day that holds a moment", function()
  local ms = 1777570412000
  local start = times.midnight(ms)
  t.equal(os.date("%H:%M:%S", start // 1000), "00:00:00")
  t.equal(start <= ms and ms < times.midnight(ms, 1), true)
end)

t.finish()
