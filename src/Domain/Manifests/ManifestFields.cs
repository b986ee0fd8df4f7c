using System.Collections.Concurrent;
using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using ControlPlane.Domain.Units;

namespace ControlPlane.Domain.Manifests;

/// <summary>What the manifest records' properties say about fields: names, types, ranges. Reader, writer and schema share it.</summary>
internal static class ManifestFields
{
    private static readonly ConcurrentDictionary<Type, IReadOnlyDictionary<string, PropertyInfo>> Cache = new();

    public static IReadOnlyDictionary<string, PropertyInfo> Of(Type type) => Cache.GetOrAdd(type, static kind =>
    {
        var fields = new Dictionary<string, PropertyInfo>(StringComparer.Ordinal);
        foreach (var property in kind.GetProperties().Where(property => property.CanWrite))
            fields[CamelCase(property.Name)] = property;
        return fields;
    });

    public static bool IsRequired(PropertyInfo property) => property.IsDefined(typeof(RequiredMemberAttribute));

    public static bool IsRecord(Type type) => type.IsClass && type != typeof(string) && type.Namespace == typeof(ManifestFields).Namespace;

    public static Type? ElementOf(Type type) =>
        type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>) ? type.GetGenericArguments()[0] : null;

    /// <summary>The type of the values of a mapping by name, or null for any other type.</summary>
    public static Type? NamedOf(Type type) =>
        type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyDictionary<,>) ? type.GetGenericArguments()[1] : null;

    public static object? EnumValue(Type type, string text)
    {
        var name = Enum.GetNames(type).FirstOrDefault(candidate => CamelCase(candidate) == text);
        return name is null ? null : Enum.Parse(type, name);
    }

    public static IEnumerable<string> EnumNames(Type type) => Enum.GetNames(type).Select(CamelCase);

    public static string CamelCase(string name) => char.ToLowerInvariant(name[0]) + name[1..];

    /// <summary>What a field should hold, as a person would say it.</summary>
    public static string Expectation(PropertyInfo property)
    {
        var type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
        if (property.GetCustomAttribute<OneOfAttribute>() is { } choice)
            return "use one of: " + string.Join(", ", choice.Values);
        if (property.GetCustomAttribute<RefersToAttribute>() is { } reference)
            return $"give the name of a {reference.Kind}";
        if (type.IsEnum)
            return "use one of: " + string.Join(", ", EnumNames(type));
        var range = property.GetCustomAttribute<BetweenAttribute>();
        var between = range is null ? "" : $" between {Text(range.Minimum)} and {Text(range.Maximum)}";
        if (ElementOf(type) is { } element && range is not null)
            return $"give a list, each entry {Form(element)}{between}{UnitOf(element, true)}";
        return "give " + (Form(type) + between + UnitOf(type, range is not null)).Trim();
    }

    public static string Form(Type type)
    {
        if (type == typeof(Watts)) return "a power such as 120kW";
        if (type == typeof(Celsius)) return "a temperature such as 25C";
        if (type == typeof(GigabitsPerSecond)) return "a bandwidth such as 400Gbps";
        if (type == typeof(Gibibytes)) return "an amount of memory such as 64GiB";
        if (type == typeof(TimeSpan)) return Durations.Rule;
        if (type == typeof(DateTimeOffset)) return Instants.Rule;
        if (type == typeof(int) || type == typeof(long)) return "a whole number";
        if (type == typeof(double)) return "a number";
        if (type == typeof(bool)) return "true or false";
        return ElementOf(type) is not null ? "a list" : type == typeof(string) ? "a text" : "its fields";
    }

    private static string UnitOf(Type type, bool ranged)
    {
        if (!ranged) return "";
        if (type == typeof(Watts)) return " W";
        if (type == typeof(Celsius)) return " C";
        if (type == typeof(GigabitsPerSecond)) return " Gbit/s";
        if (type == typeof(Gibibytes)) return " GiB";
        return type == typeof(TimeSpan) ? " s" : "";
    }

    private static string Text(double value) => value.ToString("0.######", CultureInfo.InvariantCulture);
}
