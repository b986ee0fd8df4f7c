using ControlPlane.Grains.Gpus;
using ControlPlane.Grains.Racks;
using ControlPlane.Grains.Sites;
using ControlPlane.Grains.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Orleans.Hosting;
using Orleans.Storage;

namespace ControlPlane.Grains;

/// <summary>Puts the factory's grains into a silo.</summary>
public static class FactorySilo
{
    /// <summary>Adds what the grains need, storage apart.</summary>
    public static ISiloBuilder AddFactory(this ISiloBuilder silo)
    {
        silo.Services.AddOptions<FactoryOptions>();
        silo.Services.TryAddSingleton(TimeProvider.System);
        silo.Services.AddSingleton<SimulatedFleet>();
        silo.Services.AddSingleton(services => new FailsafeLine(services.GetRequiredService<SimulatedFleet>()));
        silo.Services.AddHostedService<FactoryWaker>();
        silo.AddActivityPropagation();
        return silo;
    }

    /// <summary>Keeps rows and ledgers in a SQLite file whose schema exists.</summary>
    public static ISiloBuilder AddSqliteStorage(this ISiloBuilder silo, string connectionString)
    {
        AddAdoNet(silo, "System.Data.SQLite", connectionString);
        silo.Services.AddSingleton(new SqliteBarrier(connectionString));
        silo.Services.DecorateStorage(StorageNames.Rows, (storage, _) => new OneWriterStorage(storage, null));
        silo.Services.DecorateStorage(StorageNames.Ledger, (storage, services) => new OneWriterStorage(storage, services.GetRequiredService<SqliteBarrier>()));
        return silo;
    }

    /// <summary>Keeps rows and ledgers in a PostgreSQL database whose schema exists.</summary>
    public static ISiloBuilder AddPostgreSqlStorage(this ISiloBuilder silo, string connectionString)
    {
        AddAdoNet(silo, "Npgsql", connectionString);
        return silo;
    }

    private static void AddAdoNet(ISiloBuilder silo, string invariant, string connectionString)
    {
        foreach (var name in (string[])[StorageNames.Rows, StorageNames.Ledger])
        {
            silo.AddAdoNetGrainStorage(name, builder => builder.Configure<Orleans.Serialization.Serializer>((options, serializer) =>
            {
                options.Invariant = invariant;
                options.ConnectionString = connectionString;
                // The default JSON serializer leaves default values out, and reads back the constructor's instead.
                options.GrainStorageSerializer = new OrleansGrainStorageSerializer(serializer);
            }));
        }
    }

    /// <summary>Replaces a keyed storage by a wrapper around it.</summary>
    private static void DecorateStorage(this IServiceCollection services, string name, Func<IGrainStorage, IServiceProvider, IGrainStorage> wrap)
    {
        var original = services.Last(service => service.ServiceType == typeof(IGrainStorage) && Equals(service.ServiceKey, name));
        services.Remove(original);
        services.AddKeyedSingleton<IGrainStorage>(name, (provider, key) =>
            wrap((IGrainStorage)original.KeyedImplementationFactory!(provider, key), provider));
    }
}
