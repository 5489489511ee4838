using System.ComponentModel.DataAnnotations;
using System.Reflection;
using System.Text.Json;

namespace Diptych.Common.Training;

/// <summary>Checks the ranges options records declare, so that a run fails before it begins.</summary>
public static class OptionsValidation
{
    /// <summary>Throws for the first property out of its declared range, named as on the command line.</summary>
    /// <param name="options">The record.</param>
    /// <param name="names">Options, by property, whose names are not their property's; null where all are.</param>
    /// <exception cref="DiptychException">A value is out of range.</exception>
    public static void Check(object options, IReadOnlyDictionary<string, string>? names = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        foreach (var property in options.GetType().GetProperties())
        {
            var value = property.GetValue(options);
            if (value is not null && property.GetCustomAttribute<RangeAttribute>() is { } range && !range.IsValid(value))
            {
                var name = names?.GetValueOrDefault(property.Name) ?? "--" + JsonNamingPolicy.KebabCaseLower.ConvertName(property.Name);
                throw new DiptychException($"{name} {value} is out of range: choose from {range.Minimum} to {range.Maximum}.");
            }
        }
    }
}
