package dev.headwater.loadtest.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Horizontal bars from nought to the median, a whisker from the lowest to the highest, and a tick where the target is. */
final class Chart {
    private static final int WIDTH = 760;
    private static final int LABELS = 200;
    private static final int VALUES = 90;
    private static final int BAR = 16;
    private static final int PITCH = 30;
    private static final int TOP = 40;

    private record Bar(
            String label, Spread spread, @Nullable Double target) {}

    private final String title;
    private final List<Bar> bars = new ArrayList<>();

    /** @param title with the unit */
    Chart(String title) {
        this.title = title;
    }

    Chart bar(String label, Spread spread) {
        bars.add(new Bar(label, spread, null));
        return this;
    }

    Chart bar(Ratio ratio) {
        Ratio.Target target = ratio.target();
        bars.add(new Bar(ratio.name(), ratio.spread(), target == null ? null : target.bound()));
        return this;
    }

    String title() {
        return title;
    }

    String svg() {
        double most = bars.stream()
                .mapToDouble(bar -> Math.max(bar.spread.max(), bar.target == null ? 0 : bar.target))
                .max()
                .orElse(1);
        double scale = (WIDTH - LABELS - VALUES) / most;
        int height = TOP + PITCH * bars.size() + 10;
        StringBuilder svg = new StringBuilder();
        svg.append(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\" font-family=\"sans-serif\" font-size=\"13\">%n"
                        .formatted(WIDTH, height, WIDTH, height));
        svg.append("<rect width=\"100%%\" height=\"100%%\" fill=\"#fff\"/>%n".formatted());
        svg.append("<text x=\"10\" y=\"22\" font-size=\"15\" font-weight=\"bold\" fill=\"#222\">%s</text>%n"
                .formatted(escaped(title)));
        int y = TOP;
        for (Bar bar : bars) {
            draw(svg, bar, y, scale);
            y += PITCH;
        }
        return svg.append("</svg>\n").toString();
    }

    private static void draw(StringBuilder svg, Bar bar, int y, double scale) {
        int middle = y + BAR / 2;
        svg.append("<text x=\"%d\" y=\"%d\" text-anchor=\"end\" fill=\"#222\">%s</text>%n"
                .formatted(LABELS - 8, middle + 5, escaped(bar.label)));
        svg.append("<rect x=\"%d\" y=\"%d\" width=\"%s\" height=\"%d\" fill=\"#4c8bb5\"/>%n"
                .formatted(LABELS, y, at(bar.spread.median() * scale), BAR));
        svg.append(line(LABELS + bar.spread.min() * scale, middle, LABELS + bar.spread.max() * scale, middle, "#222"));
        double right = Math.max(bar.spread.max(), bar.target == null ? 0 : bar.target) * scale;
        if (bar.target != null) {
            double x = LABELS + bar.target * scale;
            svg.append(line(x, y - 4, x, y + BAR + 4, "#c0392b"));
        }
        svg.append("<text x=\"%s\" y=\"%d\" fill=\"#222\">%s</text>%n"
                .formatted(at(LABELS + right + 8), middle + 5, shown(bar.spread.median())));
    }

    private static String line(double x1, int y1, double x2, int y2, String colour) {
        return "<line x1=\"%s\" y1=\"%d\" x2=\"%s\" y2=\"%d\" stroke=\"%s\" stroke-width=\"2\"/>%n"
                .formatted(at(x1), y1, at(x2), y2, colour);
    }

    private static String at(double pixels) {
        return String.format(Locale.ROOT, "%.1f", pixels);
    }

    private static String shown(double value) {
        return String.format(Locale.ROOT, value >= 1000 ? "%,.0f" : value >= 10 ? "%.1f" : "%.3f", value);
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }
}
