/**
 * Sum of squared distances from the mean, one value or one group at a time (Welford 1962; Chan, Golub, LeVeque 1979). Pure.
 */
export class Squares {
  count = 0
  mean = 0
  squares = 0

  add(value: number): void {
    this.count++
    const distance = value - this.mean
    this.mean += distance / this.count
    this.squares += distance * (value - this.mean)
  }

  /** Takes in a group of which count, sum and squares are known. */
  merge(count: number, sum: number, squares: number): void {
    if (count === 0) return
    // The first group as it is: nothing times the square of a large mean would be no number.
    const distance = this.count === 0 ? 0 : sum / count - this.mean
    const all = this.count + count
    if (this.count === 0) this.mean = sum / count
    this.squares += squares + (distance * distance * this.count * count) / all
    this.mean += (distance * count) / all
    this.count = all
  }
}
