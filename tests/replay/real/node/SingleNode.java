import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * A real Elasticsearch (6.8, 7) or OpenSearch node in this process, until SIGTERM: {@code SingleNode PRODUCT HOME}.
 *
 * <p>HOME/config holds the product's yml file and log4j2.properties. Nothing of what the distribution's scripts do
 * around the server happens: no bootstrap checks, no security manager. The products differ in the first part of
 * their packages' names, so reflection serves both, and a class that a version does not have is left out.
 */
public final class SingleNode {
  private static final String[] PLUGINS = {
    "transport.Netty4", "index.reindex.Reindex", "painless.Painless", "analysis.common.CommonAnalysis",
    "ingest.common.IngestCommon", "index.mapper.MapperExtras", "join.ParentJoin",
  };
  private static final String[] ENDINGS = {"Plugin", "ModulePlugin"};

  public static void main(String[] args) throws Exception {
    String product = args[0];
    Path home = Path.of(args[1]).toAbsolutePath();
    Class<?> settingsType = Class.forName("org." + product + ".common.settings.Settings");
    Object environment = environment(product, settingsType, home);
    Class<?> environmentType = Class.forName("org." + product + ".env.Environment");
    Class.forName("org." + product + ".common.logging.LogConfigurator")
        .getMethod("configure", environmentType).invoke(null, environment);

    String runner = product.equals("opensearch")
        ? "org.codelibs.opensearch.runner.node.OpenSearchRunnerNode"
        : "org.codelibs.elasticsearch.runner.node.ClusterRunnerNode";
    Object node = Class.forName(runner).getConstructor(environmentType, Collection.class)
        .newInstance(environment, plugins(product));
    Runtime.getRuntime().addShutdownHook(new Thread(() -> {
      try {
        ((AutoCloseable) node).close();
      } catch (Exception failed) {
        failed.printStackTrace();
      }
    }));
    node.getClass().getMethod("start").invoke(node);
    Thread.currentThread().join();
  }

  private static Object environment(String product, Class<?> settingsType, Path home) throws Exception {
    Class<?> preparer = Class.forName("org." + product + ".node.InternalSettingsPreparer");
    Object empty = settingsType.getField("EMPTY").get(null);
    Map<String, String> properties = Map.of("path.home", home.toString());
    Path config = home.resolve("config");
    try {
      return preparer.getMethod("prepareEnvironment", settingsType, Map.class, Path.class, Supplier.class)
          .invoke(null, empty, properties, config, (Supplier<String>) () -> "localhost");
    } catch (NoSuchMethodException beforeVersion7) {
      Class<?> terminal = Class.forName("org." + product + ".cli.Terminal");
      return preparer.getMethod("prepareEnvironment", settingsType, terminal, Map.class, Path.class)
          .invoke(null, empty, terminal.getField("DEFAULT").get(null), properties, config);
    }
  }

  private static List<Class<?>> plugins(String product) {
    List<Class<?>> found = new ArrayList<>();
    for (String name : PLUGINS) {
      for (String ending : ENDINGS) {
        try {
          found.add(Class.forName("org." + product + "." + name + ending));
        } catch (ClassNotFoundException otherVersion) {
          // Of each module one of the two names exists, or the version does not have it.
        }
      }
    }
    return found;
  }
}
