local t = require "harness"
local rate_limit = require "lofty.rate_limit"

t.test("the reset is told by its size and Retry-After in both forms", function()
  local now = 1790000000000
  for _, case in ipairs {
    { { ["x-ratelimit-reset"] = "21000" }, 21 }, { { ["x-ratelimit-reset"] = "900000" }, 60 },
    { { ["x-ratelimit-reset"] = "1790000030" }, 30 }, { { ["x-ratelimit-reset"] = "1790000030000" }, 30 },
    { { ["x-ratelimit-reset"] = "1780000000" }, 0 }, { { ["x-ratelimit-reset"] = "1799999999" }, 60 },
    { { ["retry-after"] = "120" }, 120 }, { { ["retry-after"] = "2", ["x-ratelimit-reset"] = "21000" }, 2 },
    { { ["retry-after"] = "Mon, 21 Sep 2026 14:13:40 GMT" }, 20 },
    { { ["retry-after"] = "Sun, 06 Nov 1994 08:49:47 GMT", date = "Sun, 06 Nov 1994 08:49:37 GMT" }, 10 },
    { { ["retry-after"] = "soon" }, nil }, { {}, nil },
  } do
    local _, wait = rate_limit.read(case[1], now)
    t.equal(wait and wait + 0.0, case[2] and case[2] + 0.0)
  end
end)

t.test("what is not there or makes no sense is left out", function()
  t.equal(rate_limit.read({}, 0), nil)
  t.equal(rate_limit.read({ ["x-ratelimit-limit"] = "many", ["x-ratelimit-remaining"] = "3" }, 0), { remaining = 3 })
end)

t.finish()
