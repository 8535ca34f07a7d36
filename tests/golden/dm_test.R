# Makes dm_test.h: dm.test of R's package forecast.
#
#   Rscript dm_test.R > dm_test.h
suppressMessages(library(forecast))
x <- c(1, 2.5, -0.3, 0.8, 1.9, -2.2, 0.4, 1.1, -1.7, 0.9, 0.2, -0.6, 1.3, 2.1, -0.4, 0.7, -1.2, 0.5, 1.6, -0.8)
y <- c(0.7, 2.9, 0.4, -1.1, 1.2, -1.9, 1.0, 0.6, -2.4, 1.5, -0.1, -0.9, 2.0, 1.4, 0.3, 1.1, -0.7, -0.2, 2.2, -1.3)
cat("/* Made by dm_test.R. */\n#include <stdbool.h>\n#include <stddef.h>\n\n")
cat("/* d[i] = |e1| - |e2| */\nstatic const double golden_r_d[] = {", paste(sprintf("%.17g", abs(x) - abs(y)), collapse = ", "), "};\n", sep = "")
cat("static const struct {\n    size_t h;\n    bool bartlett;\n    double statistic, p;\n} golden_r_dm[] = {\n")
for (h in 1:3) for (v in c("acf", "bartlett")) {
  r <- dm.test(x, y, h = h, power = 1, varestimator = v)
  cat(sprintf("    {%d, %s, %.17g, %.17g},\n", h, if (v == "acf") "false" else "true", r$statistic, r$p.value))
}
cat("};\n")
